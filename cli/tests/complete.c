// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Are the tables of cases complete? Each verb has a document and an error as
 * JSON and as text, each option is used, each verb that changes something is
 * tried dry and for real, each exit code occurs.
 */
#include <stdio.h>
#include <string.h>

#include "../cli.h"
#include "cases.h"

struct seen {
	int text, json, error, json_error, dry, real;
};

static struct seen seen[32];
static int exits[16];
static char words[1 << 18];

static int word(const struct test_case *t, const char *text)
{
	for (int i = 1; i < t->argc; i++)
		if (!strncmp(t->argv[i], text, strlen(text)))
			return 1;
	return 0;
}

static int one(struct test_case *t, void *data)
{
	int json = word(t, "--json") && !word(t, "--json=off");
	size_t n = strlen(words);
	struct seen *s = NULL;

	(void)data;
	snprintf(words + n, sizeof(words) - n, " %s ", t->words);
	if (t->exit >= 0 && t->exit < 16)
		exits[t->exit]++;
	for (int i = 1; i < t->argc && !s; i++)
		for (int v = 0; cli_verbs[v].name; v++)
			if (!strcmp(cli_verbs[v].name, t->argv[i]))
				s = &seen[v];
	if (!s)
		return 0;
	if (t->exit)
		*(json ? &s->json_error : &s->error) = 1;
	else
		*(json ? &s->json : &s->text) = 1;
	if (!t->exit)
		*(word(t, "--dry-run") || word(t, "-n") ? &s->dry :
							    &s->real) = 1;
	return 0;
}

static int missing(const char *verb, const char *what)
{
	printf("not ok %s: no case %s\n", verb, what);
	return 1;
}

static int check_options(const char *verb, const struct cli_option *o)
{
	char text[64];
	int bad = 0;

	for (; o->name; o++) {
		snprintf(text, sizeof(text), "--%s", o->name);
		if (!strstr(words, text))
			bad += missing(verb, text);
	}
	return bad;
}

int main(int argc, char **argv)
{
	int bad = 0, n = 0, cases;

	for (int i = 1; i < argc; i++) {
		cases = cases_read(argv[i], one, NULL);
		if (cases <= 0)
			return 1;
		n += cases;
	}
	for (int v = 0; cli_verbs[v].name; v++) {
		const struct cli_verb *verb = &cli_verbs[v];

		if (!seen[v].text)
			bad += missing(verb->name, "with text");
		if (!seen[v].json)
			bad += missing(verb->name, "with JSON");
		if (!seen[v].error)
			bad += missing(verb->name, "that fails");
		if (!seen[v].json_error)
			bad += missing(verb->name, "that fails as JSON");
		if (verb->flags & CLI_CHANGES && !seen[v].dry)
			bad += missing(verb->name, "with --dry-run");
		if (verb->flags & CLI_CHANGES && !seen[v].real)
			bad += missing(verb->name, "without --dry-run");
		bad += check_options(verb->name, verb->options);
	}
	bad += check_options("all verbs", cli_global_options);
	for (int i = EXIT_OK; i <= EXIT_UNSUPPORTED; i++)
		if (!exits[i]) {
			printf("not ok exit code %d: no case\n", i);
			bad++;
		}
	printf("%d cases, %d are missing\n", n, bad);
	return bad || !n;
}
