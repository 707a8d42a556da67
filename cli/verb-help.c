// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast help */
#include <string.h>

#include "cli.h"

static void say_option(struct cli *c, const struct cli_option *o)
{
	int optional = o->arg && *o->arg == '=';
	char left[64];

	cli_text(left, sizeof(left), "--%s%s%s%s%s", o->name,
		 optional ? "[" : "", o->arg && !optional ? " " : "",
		 o->arg ? o->arg : "", optional ? "]" : "");
	if (o->letter)
		cli_say(c, "  -%c, %-18s %s\n", o->letter, left, o->help);
	else
		cli_say(c, "      %-18s %s\n", left, o->help);
}

static void say_globals(struct cli *c)
{
	cli_say(c, "\nwith any verb:\n");
	for (const struct cli_option *o = cli_global_options; o->name; o++)
		say_option(c, o);
}

static void say_verb(struct cli *c, const struct cli_verb *v)
{
	cli_say(c, "usage: holdfast %s [OPTION...]%s%s\n\n%s\n", v->name,
		*v->args ? " " : "", v->args, v->summary);
	if (v->options->name || v->flags & CLI_CHANGES)
		cli_say(c, "\noptions:\n");
	for (const struct cli_option *o = v->options; o->name; o++)
		say_option(c, o);
	if (v->flags & CLI_CHANGES)
		say_option(c, &cli_dry_run_option);
	say_globals(c);
	cli_say(c, "\nsee holdfast-%s(8)\n", v->name);
}

static void say_all(struct cli *c)
{
	cli_say(c, "usage: holdfast VERB [OPTION...] [ARGUMENT...]\n\nverbs:\n");
	for (const struct cli_verb *v = cli_verbs; v->name; v++)
		cli_say(c, "  %-9s %s\n", v->name, v->summary);
	say_globals(c);
	cli_say(c, "\nsee holdfast(8)\n");
}

static void doc_option(struct cli *c, const struct cli_option *o)
{
	struct json *j = &c->j;

	json_object(j, NULL);
	json_string(j, "name", o->name);
	json_string_or_null(j, "letter", o->letter ? TEXT("%c", o->letter) :
						     NULL);
	json_string_or_null(j, "argument", o->arg ? o->arg +
			    (*o->arg == '=') : NULL);
	json_bool(j, "argument_optional", o->arg && *o->arg == '=');
	json_string(j, "help", o->help);
	json_object_end(j);
}

static void doc_verb(struct cli *c, const struct cli_verb *v)
{
	struct json *j = &c->j;

	json_object(j, NULL);
	json_string(j, "name", v->name);
	json_string_or_null(j, "arguments", v->args);
	json_string(j, "summary", v->summary);
	json_bool(j, "changes", !!(v->flags & CLI_CHANGES));
	json_array(j, "options");
	for (const struct cli_option *o = v->options; o->name; o++)
		doc_option(c, o);
	if (v->flags & CLI_CHANGES)
		doc_option(c, &cli_dry_run_option);
	json_array_end(j);
	json_object_end(j);
}

static void document(struct cli *c, const struct cli_verb *one)
{
	cli_doc_begin(c);
	json_array(&c->j, "verbs");
	for (const struct cli_verb *v = cli_verbs; v->name; v++)
		if (!one || v == one)
			doc_verb(c, v);
	json_array_end(&c->j);
	json_array(&c->j, "options");
	for (const struct cli_option *o = cli_global_options; o->name; o++)
		doc_option(c, o);
	json_array_end(&c->j);
	cli_doc_end(c);
}

int cli_verb_help(struct cli *c)
{
	const char *shell = cli_opt(c, "completion");
	const struct cli_verb *v = NULL;

	if (shell)
		return cli_completion(c, shell);
	if (c->arg_count) {
		for (v = cli_verbs; v->name; v++)
			if (!strcmp(v->name, c->args[0]))
				break;
		if (!v->name)
			return cli_usage(c, c->args[0],
					 "there is no such verb");
	}
	if (c->json)
		document(c, v);
	else if (v)
		say_verb(c, v);
	else
		say_all(c);
	return EXIT_OK;
}
