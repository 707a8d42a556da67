/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors and exit codes of both programs, holdfast(8) and holdfast-qemu(8) */
#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

#include <holdfast.h>
#include <stdarg.h>

/* The tables in the manual pages say the same */
enum exit_code {
	EXIT_OK = 0,		/* done, or ready */
	EXIT_FAILED = 1,	/* failed, or not ready */
	EXIT_USAGE = 2,		/* the command line is wrong */
	EXIT_MISSING = 3,	/* no such VM, device, session, driver, file */
	EXIT_PERMISSION = 4,
	EXIT_BUSY = 5,		/* somebody else has it for now */
	EXIT_UNSUPPORTED = 6,	/* this kernel cannot do that */
};

enum exit_code exit_of(const struct hf_error *err);

/* Prepare an error for a call. Returns it. */
struct hf_error *error_clear(struct hf_error *err);

/* Fill in an error; texts that are NULL are empty, @args belong to @why */
void error_set(struct hf_error *err, int code, const char *id, const char *what,
	       const char *object, const char *remedy, const char *why,
	       va_list args) __attribute__((format(printf, 7, 0)));

#endif
