// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

static char *field(char **p)
{
	char *text = *p, *end = strchr(text, '|');

	*p = end ? end + 1 : text + strlen(text);
	if (end)
		*end = 0;
	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t\n", end[-1]))
		*--end = 0;
	return text;
}

/* Words as in a shell, with '...'; "" is an empty word */
static void split(struct test_case *t)
{
	char *p = t->copy;

	strcpy(t->copy, t->words);
	t->argc = 0;
	t->argv[t->argc++] = (char *)"holdfast";
	while (*(p += strspn(p, " ")) && t->argc <= CASE_WORDS) {
		char *to = p;
		int quoted = 0;

		t->argv[t->argc++] = p;
		for (; *p && (quoted || *p != ' '); p++) {
			if (*p == '\'')
				quoted = !quoted;
			else
				*to++ = *p;
		}
		if (*p)
			p++;
		*to = 0;
	}
	/* "@N" is a word of N letters */
	for (int i = 1; i < t->argc; i++)
		if (*t->argv[i] == '@') {
			int n = atoi(t->argv[i] + 1);

			memset(t->filler, 'x', sizeof(t->filler));
			t->filler[n] = 0;
			t->argv[i] = t->filler;
		}
	t->argv[t->argc] = NULL;
}

int cases_read(const char *path, int (*fn)(struct test_case *t, void *data),
	       void *data)
{
	FILE *f = fopen(path, "r");
	struct test_case t;
	int n = 0;
	char *p;

	if (!f)
		return -1;
	while (n >= 0 && fgets(t.line, sizeof(t.line), f)) {
		p = t.line;
		if (*p == '#' || *p == '\n')
			continue;
		t.name = field(&p);
		t.exit = atoi(field(&p));
		t.tree = field(&p);
		t.words = field(&p);
		split(&t);
		n = fn(&t, data) ? -1 : n + 1;
	}
	fclose(f);
	return n;
}
