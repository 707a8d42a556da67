/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest says and checks. Lines go to the kernel log, so that they
 * stand in order with the kernel's own. A failed check ends the stage; its
 * text becomes the verdict.
 */
#ifndef TESTBED_GUEST_LOG_H
#define TESTBED_GUEST_LOG_H

#include <string.h>

#include "util.h"

void say(const char *fmt, ...) PRINTF(1, 2);
void kmsg(const char *line);
void stage_fail(const char *file, int line, const char *fmt, ...)
	PRINTF(3, 4) __attribute__((noreturn));
void stage_skip(const char *fmt, ...) PRINTF(1, 2) __attribute__((noreturn));

/* Tie this moment to the stream of device events, see marker.h */
void mark(unsigned int code);

/* Have the host run the named action of the scenario; does not wait */
void ask_host(const char *action);

#define FAIL(...)	stage_fail(__FILE__, __LINE__, __VA_ARGS__)

#define CHECK(cond, ...)						\
	do {								\
		if (!(cond))						\
			FAIL(__VA_ARGS__);				\
	} while (0)

/* For calls that return a value >= 0 or -errno; yields the value */
#define CHECK_OK(call)							\
	({								\
		long v_ = (call);					\
		if (v_ < 0)						\
			FAIL("%s: %s (%s)", #call, err_name(v_),	\
			     strerror(-v_));				\
		v_;							\
	})

#define CHECK_ERR(call, err)						\
	do {								\
		long v_ = (call);					\
		if (v_ != -(err))					\
			FAIL("%s: %s instead of %s", #call,		\
			     v_ < 0 ? err_name(v_) : "success",		\
			     err_name(err));				\
	} while (0)

#define CHECK_EQ(a, b)							\
	do {								\
		unsigned long long a_ = (a), b_ = (b);			\
		if (a_ != b_)						\
			FAIL("%s is %#llx, not %s (%#llx)", #a, a_,	\
			     #b, b_);					\
	} while (0)

#endif
