// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors: what failed, on which object, why, and what to do about it */
#include <stdarg.h>
#include <stdio.h>

#include "../common/clean.h"
#include "hq.h"

int hq_fail(struct hf_error *err, int code, const char *id, const char *what,
	    const char *object, const char *remedy, const char *why, ...)
{
	va_list args;

	if (!err)
		return code;
	va_start(args, why);
	error_set(err, code, id, what, object, remedy, why, args);
	va_end(args);
	return code;
}

/* Texts of QEMU and of files may hold anything: keep the terminal as it is */
static void say(char *line)
{
	clean_line(line);
	fprintf(stderr, "holdfast-qemu: %s\n", line);
}

void hq_complain(const struct hf_error *err)
{
	char line[1024];

	hf_error_format(err, line, sizeof(line));
	say(line);
}

void hq_warn(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	say(line);
}
