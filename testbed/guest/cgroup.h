/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A memory cgroup that is too small for what is done in it */
#ifndef TESTBED_GUEST_CGROUP_H
#define TESTBED_GUEST_CGROUP_H

#include <stddef.h>

/*
 * Have a child do @call with @limit bytes for memory. The child has to live.
 * Return: what @call returned, 0 or -errno.
 */
int cgroup_call(size_t limit, int (*call)(void *arg), void *arg);

/* Bytes still charged to the cgroup after the last call */
long cgroup_charged(void);

/* A number of "NAME NUMBER" in a file of /proc */
long proc_number(const char *path, const char *name);

/* How many the OOM killer has killed since boot */
long oom_kills(void);

#endif
