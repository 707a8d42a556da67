/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by all files of holdfast-qemu(8) */
#ifndef HQ_H
#define HQ_H

#include <holdfast.h>
#include <stdint.h>

#include "../common/error.h"

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define HQ_PRINTF(a, b)		__attribute__((format(printf, a, b)))

#define HQ_PATH_LEN	256

/* ---- error.c ---- */

/* Fill in @err, which may be NULL. Returns @code. */
int hq_fail(struct hf_error *err, int code, const char *id, const char *what,
	    const char *object, const char *remedy, const char *why, ...)
	HQ_PRINTF(7, 8);

/* One line on standard error */
void hq_complain(const struct hf_error *err);
void hq_warn(const char *format, ...) HQ_PRINTF(1, 2);

#endif
