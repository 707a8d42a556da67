// SPDX-License-Identifier: GPL-2.0-or-later
/* The results of a test program that speaks TAP, as kselftests do */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tap.h"

void tap_begin(struct tap *t)
{
	memset(t, 0, sizeof(*t));
	t->planned = -1;
}

/* "# SKIP why" and the like. Return: the text behind the word, or NULL */
static const char *directive(const char *mark, const char *word)
{
	const char *p = mark ? mark + 1 : "";

	p += strspn(p, " ");
	if (strncmp(p, word, strlen(word)))
		return NULL;
	p += strlen(word);
	return p + strspn(p, " ");
}

/* "12 name # SKIP why", "12 # SKIP name" */
static void result(struct tap *t, const char *text, int ok)
{
	struct tap_test *test = &t->tests[t->n];
	const char *mark, *why;
	int len;

	if (t->n == TAP_TESTS)
		FAIL("more than %d test results", TAP_TESTS);
	t->n++;
	text += strspn(text, " 0123456789");
	mark = strstr(text, "# ");
	len = mark ? mark - text : (int)strlen(text);
	while (len && text[len - 1] == ' ')
		len--;

	test->kind = ok ? TAP_PASS : TAP_FAIL;
	why = directive(mark, "SKIP");
	if (why && ok)
		test->kind = TAP_SKIP;
	if (!why && (why = directive(mark, "XFAIL")) && ok)
		test->kind = TAP_XFAIL;
	if (!why)
		why = "";
	if (!len)
		snprintf(test->name, sizeof(test->name), "%s", why);
	else
		snprintf(test->name, sizeof(test->name), "%.*s", len, text);
	snprintf(test->why, sizeof(test->why), "%s", why);
}

/* Anything that is no result or plan is the program's own talk */
void tap_line(struct tap *t, const char *line)
{
	char *end;
	long n;

	if (!strncmp(line, "ok ", 3)) {
		result(t, line + 3, 1);
	} else if (!strncmp(line, "not ok ", 7)) {
		result(t, line + 7, 0);
	} else if (!strncmp(line, "Bail out!", 9)) {
		t->bail = 1;
	} else if (!strncmp(line, "1..", 3)) {
		n = strtol(line + 3, &end, 10);
		if (end != line + 3)
			t->planned = n;
	}
}

int tap_count(const struct tap *t, enum tap_kind kind)
{
	int n = 0;

	for (int i = 0; i < t->n; i++)
		n += t->tests[i].kind == kind;
	return n;
}
