/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel below the fake tree, which writes down what it is asked for */
#ifndef KERNEL_H
#define KERNEL_H

#include "../cli.h"

/* Words with "!" in @spec are calls that fail */
void kernel_begin(const char *root, const char *spec);
/* What it was asked for that changes something, to be freed */
char *kernel_end(void);
extern const struct cli_env kernel_env;

#endif
