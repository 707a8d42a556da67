// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * docs-calls NAME[,NAME...] FILE...
 *
 * Prints the texts in C sources, for the test that compares them with the
 * documentation. NAME is a function: a line for each call of it, the function
 * and then its arguments with tabs between, of which only the string literals
 * are shown, adjacent ones as one, others with "\037" between. Some NAMEs are
 * of places that are no calls:
 *
 *   return   what is returned is a text
 *   =        what is assigned is a text
 *   {        an element of a table of errors: { -ECODE, ... }
 *   "        every literal, a line for each
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM	(1 << 20)

static const char *names;

static void read_file(const char *path, char *text)
{
	FILE *f = fopen(path, "r");
	size_t len = f ? fread(text, 1, ROOM, f) : ROOM;

	if (len == ROOM) {
		fprintf(stderr, "docs-calls: %s: cannot be read\n", path);
		exit(2);
	}
	text[len] = 0;
	fclose(f);
}

static int wanted(const char *name, size_t len)
{
	for (const char *p = names; *p; p += strcspn(p, ","), p += *p == ',')
		if (strcspn(p, ",") == len && !strncmp(p, name, len))
			return 1;
	return 0;
}

static int is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static int is_comment(const char *p)
{
	return !strncmp(p, "//", 2) || !strncmp(p, "/*", 2);
}

/* Behind a comment, or a literal of one character, that begins at @p */
static const char *skip(const char *p)
{
	const char *end;

	if (!strncmp(p, "//", 2))
		return p + strcspn(p, "\n");
	if (is_comment(p)) {
		end = strstr(p + 2, "*/");
		return end ? end + 2 : p + strlen(p);
	}
	for (p++; *p && *p != '\''; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

static const char *skip_space(const char *p)
{
	while (isspace((unsigned char)*p) || is_comment(p))
		p = is_comment(p) ? skip(p) : p + 1;
	return p;
}

/* The literals from @p on as one, without ends of line, if @print; their end */
static const char *literals(const char *p, int print)
{
	const char *next = p;

	for (; *next == '"'; next = skip_space(p)) {
		for (p = next + 1; *p && *p != '"'; p++) {
			if (*p == '\\' && p[1] == 'n') {
				p++;
				continue;
			}
			if (*p == '\\' && p[1])
				p++;
			if (print)
				putchar(*p);
		}
		p += !!*p;
	}
	return p;
}

/* The arguments behind the bracket at @p */
static void arguments(const char *p)
{
	int depth = 0, any = 0;

	putchar('\t');
	while (*p) {
		if (*p == '\'' || is_comment(p)) {
			p = skip(p);
			continue;
		}
		if (*p == '"') {
			if (any)
				putchar('\037');
			any = 1;
			p = literals(p, 1);
			continue;
		}
		depth += *p == '(' || *p == '{';
		depth -= *p == ')' || *p == '}';
		if (!depth)
			break;
		if (*p == ',' && depth == 1) {
			putchar('\t');
			any = 0;
		}
		p++;
	}
	putchar('\n');
}

static void text(const char *name, const char *p)
{
	printf("%s\t", name);
	literals(p, 1);
	putchar('\n');
}

/* The texts of a statement that calls nothing, such as a ? "b" : "c" */
static void returned(const char *p)
{
	for (; *p && *p != ';' && *p != '(' && *p != '{'; p++)
		if (*p == '"') {
			text("return", p);
			p = literals(p, 0) - 1;
		}
}

/* What is neither comment nor literal at @p; behind it */
static const char *token(const char *p)
{
	const char *end = p, *next;

	while (is_word(*end))
		end++;
	if (end == p)
		end++;
	next = skip_space(end);
	if (*p == '{' && !strncmp(next, "-E", 2) && wanted("{", 1)) {
		putchar('{');
		arguments(p);
	} else if (*p == '=' && *next == '"' && wanted("=", 1)) {
		text("=", next);
	} else if (end - p == 6 && !strncmp(p, "return", 6) &&
		   wanted("return", 6)) {
		returned(next);
	} else if (is_word(*p) && *next == '(' && wanted(p, end - p)) {
		printf("%.*s", (int)(end - p), p);
		arguments(next);
	}
	return end;
}

static void file(const char *p)
{
	while (*p) {
		if (*p == '\'' || is_comment(p)) {
			p = skip(p);
		} else if (*p == '"') {
			if (wanted("\"", 1))
				text("\"", p);
			p = literals(p, 0);
		} else {
			p = token(p);
		}
	}
}

int main(int argc, char **argv)
{
	char *buffer = malloc(ROOM + 1);

	if (argc < 3 || !buffer) {
		fprintf(stderr, "usage: docs-calls NAME[,...] FILE...\n");
		return 2;
	}
	names = argv[1];
	for (int i = 2; i < argc; i++) {
		read_file(argv[i], buffer);
		file(buffer);
	}
	free(buffer);
	return 0;
}
