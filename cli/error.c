// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors and exit codes */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "cli.h"

struct hf_error *cli_err(struct cli *c)
{
	return error_clear(&c->error);
}

int cli_fail(struct cli *c)
{
	enum exit_code code = exit_of(&c->error);
	char line[1024];

	if (c->json) {
		cli_doc_begin(c);
		cli_doc_error(c, "error", &c->error);
		json_int(&c->j, "exit_code", code);
		cli_doc_end(c);
		return code;
	}
	hf_error_format(&c->error, line, sizeof(line));
	clean_text(line);
	fprintf(c->err, "holdfast: %s\n", line);
	return code;
}

int cli_fail_with(struct cli *c, int code, const char *id, const char *what,
		  const char *object, const char *remedy, const char *why, ...)
{
	va_list args;

	va_start(args, why);
	error_set(cli_err(c), code, id, what, object, remedy, why, args);
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
	clean_text(line);
	fprintf(c->err, "holdfast: %s\n", line);
}
