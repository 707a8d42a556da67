/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs of the host side and the places they share */
#ifndef TESTBED_HOST_RUNNER_H
#define TESTBED_HOST_RUNNER_H

#include <stddef.h>

int host_main(int argc, char **argv);

int verb_run(int argc, char **argv);
int verb_list(int argc, char **argv);
int verb_vm(int argc, char **argv);
int verb_demo(int argc, char **argv);
int verb_bench(int argc, char **argv);

/* Top of the repository, found from where this program is */
const char *repo_root(void);

/* bzImage of a kernel variant, allocated; NULL if it has not been built */
char *kernel_image(const char *variant);

/* Disk with a system of its own, allocated; NULL if it has not been made */
char *system_disk(void);

/* The same for a program below out/selftests */
char *program_path(const char *program);

#endif
