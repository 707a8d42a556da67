/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by all files of holdfast-qemu(8) */
#ifndef HQ_H
#define HQ_H

#include <holdfast.h>
#include <stdint.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define HQ_PRINTF(a, b)		__attribute__((format(printf, a, b)))

#define HQ_PATH_LEN	256

/* Exit codes, as those of holdfast(8) */
enum hq_exit {
	HQ_OK = 0,
	HQ_FAILED = 1,		/* failed, or refused */
	HQ_USAGE = 2,		/* the command line is wrong */
	HQ_MISSING = 3,		/* no such VM or session */
	HQ_PERMISSION = 4,
	HQ_BUSY = 5,		/* somebody else has it for now */
	HQ_UNSUPPORTED = 6,	/* this kernel cannot do that */
};

/* ---- error.c ---- */

/* Fill in @err, which may be NULL. Returns @code. */
int hq_fail(struct hf_error *err, int code, const char *id, const char *what,
	    const char *object, const char *remedy, const char *why, ...)
	HQ_PRINTF(7, 8);

/* Prepare an error for another call */
struct hf_error *hq_err(struct hf_error *err);

enum hq_exit hq_exit_of(const struct hf_error *err);

/* One line on standard error */
void hq_complain(const struct hf_error *err);
void hq_warn(const char *format, ...) HQ_PRINTF(1, 2);

#endif
