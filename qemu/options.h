/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_OPTIONS_H
#define HQ_OPTIONS_H

/* Read the command line and do what it says. Returns the exit code. */
int options_main(int argc, char **argv);

#endif
