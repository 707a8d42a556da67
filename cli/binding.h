/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_BINDING_H
#define CLI_BINDING_H

#include "cli.h"

/* @driver is "" to unbind; then @reprobe lets the kernel find another */
int cli_rebind(struct cli *c, const char *driver, int reprobe);

#endif
