// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors and exit codes */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "cli.h"

struct hf_error *cli_err(struct cli *c)
{
	memset(&c->error, 0, sizeof(c->error));
	c->error.size = sizeof(c->error);
	return &c->error;
}

/* Words tell more than an errno */
static const struct {
	const char *id;
	enum cli_exit code;
} by_id[] = {
	{ "usage", CLI_USAGE },
	{ "device-spec", CLI_USAGE },
	{ "session-name-empty", CLI_USAGE },
	{ "session-name-long", CLI_USAGE },
	{ "session-name-reserved", CLI_USAGE },
	{ "session-name-control", CLI_USAGE },
	{ "bad-argument", CLI_USAGE },
	{ "device-missing", CLI_MISSING },
	{ "session-not-found", CLI_MISSING },
	{ "bind-no-driver", CLI_MISSING },
	{ "file-missing", CLI_MISSING },
	{ "kexec-not-loaded", CLI_MISSING },
	{ "liveupdate-busy", CLI_BUSY },
	{ "bind-in-use", CLI_BUSY },
	{ "bind-changed", CLI_BUSY },
	{ "bind-preserved", CLI_BUSY },
	{ "bind-virtfns", CLI_BUSY },
	{ "kexec-busy", CLI_BUSY },
	{ "session-name-taken", CLI_BUSY },
	{ "session-held", CLI_BUSY },
	{ "liveupdate-missing", CLI_UNSUPPORTED },
	{ "kexec-missing", CLI_UNSUPPORTED },
	{ "sessions-missing", CLI_UNSUPPORTED },
};

enum cli_exit cli_exit_of(const struct hf_error *err)
{
	static const char permission[] = "-permission";
	size_t n = strlen(err->id), tail = sizeof(permission) - 1;

	for (size_t i = 0; i < ARRAY_SIZE(by_id); i++)
		if (!strcmp(err->id, by_id[i].id))
			return by_id[i].code;
	return n > tail && !strcmp(err->id + n - tail, permission) ?
	       CLI_PERMISSION : CLI_FAILED;
}

int cli_fail(struct cli *c)
{
	enum cli_exit code = cli_exit_of(&c->error);
	char line[1024];

	if (c->json) {
		cli_doc_begin(c);
		cli_doc_error(c, "error", &c->error);
		json_int(&c->j, "exit_code", code);
		cli_doc_end(c);
		return code;
	}
	hf_error_format(&c->error, line, sizeof(line));
	cli_clean(line);
	fprintf(c->err, "holdfast: %s\n", line);
	return code;
}

static void copy(char *to, size_t len, const char *from)
{
	cli_text(to, len, "%s", from ? from : "");
}

int cli_fail_with(struct cli *c, int code, const char *id, const char *what,
		  const char *object, const char *remedy, const char *why, ...)
{
	struct hf_error *e = cli_err(c);
	va_list args;

	e->code = code;
	copy(e->id, sizeof(e->id), id);
	copy(e->what, sizeof(e->what), what);
	copy(e->object, sizeof(e->object), object);
	copy(e->remedy, sizeof(e->remedy), remedy);
	va_start(args, why);
	vsnprintf(e->why, sizeof(e->why), why, args);
	va_end(args);
	return cli_fail(c);
}

int cli_usage(struct cli *c, const char *object, const char *why)
{
	const char *verb = c->verb ? c->verb->name : "";

	return cli_fail_with(c, -EINVAL, "usage", "read the command line",
			     object,
			     TEXT("see holdfast help%s%s", *verb ? " " : "",
				  verb),
			     "%s", why);
}

int cli_refuse_below_root(struct cli *c, const char *what)
{
	if (!*c->root || c->dry_run || c->env->ops)
		return 0;
	return cli_fail_with(c, -EXDEV, "root-real", what, c->root,
			     "add --dry-run, or leave --root out",
			     "this would reach the real kernel, which is not below --root");
}

/**
 * cli_warn - Say on standard error what does not make the verb fail, unless -q.
 * @c: The program.
 * @format: "what: on which object: why: what to do", in one line.
 */
void cli_warn(struct cli *c, const char *format, ...)
{
	char line[1024];
	va_list args;

	if (c->quiet)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	cli_clean(line);
	fprintf(c->err, "holdfast: %s\n", line);
}
