// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors and exit codes of both programs */
#include <stdio.h>
#include <string.h>

#include "error.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Words tell more than an errno */
static const struct {
	const char *id;
	enum exit_code code;
} by_id[] = {
	{ "usage", EXIT_USAGE },
	{ "device-spec", EXIT_USAGE },
	{ "session-name-empty", EXIT_USAGE },
	{ "session-name-long", EXIT_USAGE },
	{ "session-name-reserved", EXIT_USAGE },
	{ "session-name-control", EXIT_USAGE },
	{ "bad-argument", EXIT_USAGE },
	{ "device-missing", EXIT_MISSING },
	{ "session-not-found", EXIT_MISSING },
	{ "bind-no-driver", EXIT_MISSING },
	{ "file-missing", EXIT_MISSING },
	{ "kexec-not-loaded", EXIT_MISSING },
	{ "vm-missing", EXIT_MISSING },
	{ "vm-not-held", EXIT_MISSING },
	{ "liveupdate-busy", EXIT_BUSY },
	{ "bind-in-use", EXIT_BUSY },
	{ "bind-slow", EXIT_BUSY },
	{ "host-uses-disk", EXIT_BUSY },
	{ "host-uses-net", EXIT_BUSY },
	{ "bind-changed", EXIT_BUSY },
	{ "bind-preserved", EXIT_BUSY },
	{ "bind-virtfns", EXIT_BUSY },
	{ "kexec-busy", EXIT_BUSY },
	{ "session-name-taken", EXIT_BUSY },
	{ "session-held", EXIT_BUSY },
	{ "qmp-busy", EXIT_BUSY },
	{ "vm-held", EXIT_BUSY },
	{ "vm-running", EXIT_BUSY },
	{ "liveupdate-missing", EXIT_UNSUPPORTED },
	{ "kexec-missing", EXIT_UNSUPPORTED },
	{ "sessions-missing", EXIT_UNSUPPORTED },
};

enum exit_code exit_of(const struct hf_error *err)
{
	static const char permission[] = "-permission";
	size_t n = strlen(err->id), tail = sizeof(permission) - 1;

	for (size_t i = 0; i < ARRAY_SIZE(by_id); i++)
		if (!strcmp(err->id, by_id[i].id))
			return by_id[i].code;
	return n > tail && !strcmp(err->id + n - tail, permission) ?
	       EXIT_PERMISSION : EXIT_FAILED;
}

struct hf_error *error_clear(struct hf_error *err)
{
	memset(err, 0, sizeof(*err));
	err->size = sizeof(*err);
	return err;
}

static void copy(char *to, size_t len, const char *from)
{
	snprintf(to, len, "%s", from ? from : "");
}

void error_set(struct hf_error *err, int code, const char *id, const char *what,
	       const char *object, const char *remedy, const char *why,
	       va_list args)
{
	err->code = code;
	copy(err->id, sizeof(err->id), id);
	copy(err->what, sizeof(err->what), what);
	copy(err->object, sizeof(err->object), object);
	copy(err->remedy, sizeof(err->remedy), remedy);
	vsnprintf(err->why, sizeof(err->why), why, args);
}
