/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures of packets that arrive while one kernel follows another */
#ifndef TESTBED_HOST_PLOT_H
#define TESTBED_HOST_PLOT_H

#include "demostory.h"

/* Write an SVG file. Return: 0 or -errno */
int plot_svg(const struct story *s, const char *path);

/* The same in short on standard output, 80 columns */
void plot_sketch(const struct story *s);

#endif
