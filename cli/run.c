// SPDX-License-Identifier: GPL-2.0-or-later
/* From a command line to a verb */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static void log_line(void *data, int level, const char *line)
{
	struct cli *c = data;

	if (c->verbose > level)
		fprintf(c->err, "holdfast: %s\n", line);
}

static int wants_color(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(out)) && !(no && *no) && term &&
	       strcmp(term, "dumb");
}

static int make_context(struct cli *c)
{
	struct hf_ctx_options options = {
		.size = sizeof(options), .root = c->root, .log = log_line,
		.log_data = c, .ops = c->env->ops,
		.ops_data = c->env->ops_data,
	};
	int code = hf_ctx_new(&options, &c->ctx);

	if (!code)
		return 0;
	return cli_fail_with(c, code, "no-memory", "begin", "memory",
			     "free some and try again", "out of memory");
}

/* Output that did not get out is a failure, as of a full disk */
static int flush(struct cli *c, int code)
{
	int bad = fflush(c->out) || ferror(c->out);

	if (!bad)
		return code;
	fprintf(c->err, "holdfast: write: output: it could not be written: "
		"see where it goes\n");
	return code ? code : EXIT_FAILED;
}

/**
 * cli_run - Do what a command line says.
 * @argc: Number of its words.
 * @argv: Its words; the array is reordered.
 * @env: How to reach the system.
 * @out: Where documents and text go.
 * @err: Where errors and the log go.
 *
 * Return: An exit code.
 */
int cli_run(int argc, char **argv, const struct cli_env *env, FILE *out,
	    FILE *err)
{
	struct cli c = {
		.env = env, .out = out, .err = err, .timeout_ms = 5000,
		.root = "", .error = { .size = sizeof(c.error) },
	};
	int code;

	c.color = wants_color(out);
	code = cli_parse(&c, argc, argv);
	if (!code)
		code = make_context(&c);
	if (!code)
		code = c.verb->run(&c);
	hf_ctx_free(c.ctx);
	free(c.args);
	return flush(&c, code);
}
