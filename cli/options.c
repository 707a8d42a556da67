// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the command line */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

const char *cli_opt(const struct cli *c, const char *name)
{
	/* The last one counts */
	for (int i = c->option_count - 1; i >= 0; i--)
		if (!strcmp(c->options[i].name, name))
			return c->options[i].value;
	return NULL;
}

static const struct cli_verb *find_verb(const char *name)
{
	for (const struct cli_verb *v = cli_verbs; v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

static int fits(const struct cli_option *o, const char *name, size_t len,
		char letter)
{
	if (letter)
		return o->letter == letter;
	return strlen(o->name) == len && !strncmp(o->name, name, len);
}

static const struct cli_option *find_option(const struct cli *c,
					    const char *name, size_t len,
					    char letter)
{
	const struct cli_option *o;

	for (o = cli_global_options; o->name; o++)
		if (fits(o, name, len, letter))
			return o;
	if (!c->verb)
		return NULL;
	for (o = c->verb->options; o->name; o++)
		if (fits(o, name, len, letter))
			return o;
	if (c->verb->flags & CLI_CHANGES &&
	    fits(&cli_dry_run_option, name, len, letter))
		return &cli_dry_run_option;
	return NULL;
}

static int parse_seconds(const char *text, uint32_t *ret_ms)
{
	char *end;
	double s;

	/* Decimal digits only: no sign, no word, no hexadecimal number */
	if (!*text || text[strspn(text, "0123456789.")])
		return -EINVAL;
	s = strtod(text, &end);
	if (*end || !(s >= 0 && s <= 3600))
		return -EINVAL;
	*ret_ms = s * 1000;
	return 0;
}

/* Options that hold for all verbs; those of the verb are looked up by it */
static int apply(struct cli *c, const struct cli_option *o, const char *value)
{
	static const char *const modes[] = {
		[CLI_JSON_OFF] = "off", [CLI_JSON_SHORT] = "short",
		[CLI_JSON_PRETTY] = "pretty",
	};
	size_t i;

	if (!strcmp(o->name, "json")) {
		for (i = 0; i < ARRAY_SIZE(modes); i++)
			if (!strcmp(*value ? value : "pretty", modes[i]))
				break;
		if (i == ARRAY_SIZE(modes))
			return cli_usage(c, "--json",
					 "not one of pretty, short and off");
		c->json = i;
	} else if (!strcmp(o->name, "verbose")) {
		c->verbose++;
	} else if (!strcmp(o->name, "quiet")) {
		c->quiet = 1;
	} else if (!strcmp(o->name, "dry-run")) {
		c->dry_run = 1;
	} else if (!strcmp(o->name, "timeout")) {
		if (parse_seconds(value, &c->timeout_ms))
			return cli_usage(c, "--timeout",
					 "not a number of seconds from 0 to 3600");
	} else if (!strcmp(o->name, "root")) {
		if (*value != '/')
			return cli_usage(c, "--root",
					 "not an absolute path");
		c->root = strcmp(value, "/") ? value : "";
	}
	if (c->option_count == CLI_OPTIONS_MAX)
		return cli_usage(c, o->name, "there are too many options");
	c->options[c->option_count].name = o->name;
	c->options[c->option_count++].value = value;
	return 0;
}

/* "--name", "--name=value", "--name value" */
static int parse_long(struct cli *c, int argc, char **argv, int *i)
{
	char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct cli_option *o = find_option(c, name, len, 0);
	const char *value = "";

	if (!o)
		return cli_usage(c, argv[*i], c->verb ?
				 "this verb has no such option" :
				 "there is no such option, or it belongs behind its verb");
	if (equals && !o->arg)
		return cli_usage(c, argv[*i], "it takes no value");
	if (equals) {
		value = equals + 1;
	} else if (o->arg && *o->arg != '=') {
		if (*i + 1 >= argc)
			return cli_usage(c, argv[*i], "its value is missing");
		value = argv[++*i];
	}
	return apply(c, o, value);
}

/* "-v", "-vv", "-nq": none of the letters takes a value */
static int parse_letters(struct cli *c, const char *letters)
{
	const struct cli_option *o;
	int code = 0;

	for (const char *p = letters + 1; *p && !code; p++) {
		o = find_option(c, "", 0, *p);
		if (!o)
			return cli_usage(c, letters, "there is no such option");
		code = apply(c, o, "");
	}
	return code;
}

static int parse_word(struct cli *c, char *word)
{
	if (c->verb) {
		c->args[c->arg_count++] = word;
		return 0;
	}
	c->verb = find_verb(word);
	return c->verb ? 0 : cli_usage(c, word, "there is no such verb");
}

static int check_args(struct cli *c)
{
	const struct cli_verb *v = c->verb;

	if (c->arg_count < v->min_args)
		return cli_usage(c, v->args, "not given");
	if (v->max_args >= 0 && c->arg_count > v->max_args)
		return cli_usage(c, c->args[v->max_args],
				 "there is one word too many");
	return 0;
}

/*
 * Errors are to be JSON wherever --json stands, also behind what is wrong, so
 * that it is looked for first.
 */
static void find_json(struct cli *c, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--json") ||
		    !strcmp(argv[i], "--json=pretty"))
			c->json = CLI_JSON_PRETTY;
		else if (!strcmp(argv[i], "--json=short"))
			c->json = CLI_JSON_SHORT;
		else if (!strcmp(argv[i], "--json=off"))
			c->json = CLI_JSON_OFF;
	}
}

static void set_verb(struct cli *c, const char *name)
{
	c->verb = find_verb(name);
	c->arg_count = 0;
}

int cli_parse(struct cli *c, int argc, char **argv)
{
	int code = 0;

	find_json(c, argc, argv);
	c->args = calloc(argc + 1, sizeof(*c->args));
	if (!c->args)
		return cli_fail_with(c, -ENOMEM, "no-memory", "begin",
				     "memory", "free some and try again",
				     "out of memory");
	for (int i = 1; i < argc && !code; i++) {
		if (!strcmp(argv[i], "--")) {
			if (c->verb && c->verb->flags & CLI_COMMAND) {
				c->command = argv + i + 1;
				break;
			}
			while (++i < argc && !code)
				code = parse_word(c, argv[i]);
		} else if (!strncmp(argv[i], "--", 2)) {
			code = parse_long(c, argc, argv, &i);
		} else if (*argv[i] == '-' && argv[i][1]) {
			code = parse_letters(c, argv[i]);
		} else {
			code = parse_word(c, argv[i]);
		}
	}
	if (code)
		return code;
	if (cli_opt(c, "version")) {
		set_verb(c, "version");
	} else if (cli_opt(c, "help") || !c->verb) {
		if (!c->verb && !cli_opt(c, "help"))
			return cli_usage(c, "VERB", "not given");
		/* "holdfast VERB --help" is "holdfast help VERB" */
		if (c->verb) {
			c->args[0] = (char *)c->verb->name;
			set_verb(c, "help");
			c->arg_count = 1;
		} else {
			set_verb(c, "help");
		}
	}
	return check_args(c);
}
