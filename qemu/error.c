// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors: what failed, on which object, why, and what to do about it */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hq.h"

static const struct {
	const char *id;
	enum hq_exit code;
} by_id[] = {
	{ "usage", HQ_USAGE },
	{ "vm-missing", HQ_MISSING },
	{ "session-not-found", HQ_MISSING },
	{ "vm-not-held", HQ_MISSING },
	{ "qmp-busy", HQ_BUSY },
	{ "vm-held", HQ_BUSY },
	{ "vm-running", HQ_BUSY },
	{ "liveupdate-busy", HQ_BUSY },
	{ "session-name-taken", HQ_BUSY },
	{ "session-held", HQ_BUSY },
	{ "liveupdate-missing", HQ_UNSUPPORTED },
	{ "sessions-missing", HQ_UNSUPPORTED },
};

static void copy(char *to, size_t len, const char *from)
{
	snprintf(to, len, "%s", from ? from : "");
}

int hq_fail(struct hf_error *err, int code, const char *id, const char *what,
	    const char *object, const char *remedy, const char *why, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	copy(err->id, sizeof(err->id), id);
	copy(err->what, sizeof(err->what), what);
	copy(err->object, sizeof(err->object), object);
	copy(err->remedy, sizeof(err->remedy), remedy);
	va_start(args, why);
	vsnprintf(err->why, sizeof(err->why), why, args);
	va_end(args);
	return code;
}

struct hf_error *hq_err(struct hf_error *err)
{
	memset(err, 0, sizeof(*err));
	err->size = sizeof(*err);
	return err;
}

enum hq_exit hq_exit_of(const struct hf_error *err)
{
	static const char permission[] = "-permission";
	size_t n = strlen(err->id), tail = sizeof(permission) - 1;

	for (size_t i = 0; i < ARRAY_SIZE(by_id); i++)
		if (!strcmp(err->id, by_id[i].id))
			return by_id[i].code;
	return n > tail && !strcmp(err->id + n - tail, permission) ?
	       HQ_PERMISSION : HQ_FAILED;
}

/* Texts of QEMU and of files may hold anything: keep the terminal as it is */
static void say(char *line)
{
	for (char *p = line; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = ' ';
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
