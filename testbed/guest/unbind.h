/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An unbind that may have to wait for the owner of the device */
#ifndef TESTBED_GUEST_UNBIND_H
#define TESTBED_GUEST_UNBIND_H

#include <sys/types.h>

/* In a process of its own, which has no file open that unbind would wait for */
pid_t unbind_start(const char *bdf);

/* Fail the stage if it did not wait for a second, or did not end well */
void unbind_check_waits(pid_t pid);
void unbind_check_ended(pid_t pid);

#endif
