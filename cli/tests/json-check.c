// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads JSON as RFC 8259 has it; written apart from the writer */
#include <ctype.h>
#include <string.h>

#include "json-check.h"

static const char *p;

static int value(int depth);

static void blanks(void)
{
	p += strspn(p, " \t\r\n");
}

static int string(void)
{
	if (*p++ != '"')
		return 0;
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < ' ')
			return 0;
		if (*p != '\\')
			continue;
		p++;
		if (*p == 'u') {
			if (strspn(p + 1, "0123456789abcdefABCDEF") < 4)
				return 0;
			p += 4;
		} else if (!*p || !strchr("\"\\/bfnrt", *p)) {
			return 0;
		}
	}
	p++;
	return 1;
}

static int number(void)
{
	if (*p == '-')
		p++;
	if (!isdigit((unsigned char)*p) ||
	    (*p == '0' && isdigit((unsigned char)p[1])))
		return 0;
	while (isdigit((unsigned char)*p))
		p++;
	return 1;
}

static int list(char end, int keys, int depth)
{
	p++;
	blanks();
	if (*p == end) {
		p++;
		return 1;
	}
	for (;;) {
		blanks();
		if (keys) {
			if (!string())
				return 0;
			blanks();
			if (*p++ != ':')
				return 0;
		}
		if (!value(depth + 1))
			return 0;
		blanks();
		if (*p == end) {
			p++;
			return 1;
		}
		if (*p++ != ',')
			return 0;
	}
}

static int word(const char *text)
{
	size_t n = strlen(text);

	if (strncmp(p, text, n))
		return 0;
	p += n;
	return 1;
}

static int value(int depth)
{
	blanks();
	if (depth > 16)
		return 0;
	switch (*p) {
	case '{':
		return list('}', 1, depth);
	case '[':
		return list(']', 0, depth);
	case '"':
		return string();
	case 't':
		return word("true");
	case 'f':
		return word("false");
	case 'n':
		return word("null");
	default:
		return number();
	}
}

const char *json_check(const char *text)
{
	p = text;
	blanks();
	if (*p != '{')
		return "it is no object";
	if (!value(0))
		return "it is no JSON";
	blanks();
	if (*p)
		return "there is something behind it";
	p = text + 1;
	blanks();
	if (!word("\"version\""))
		return "it does not begin with its version";
	return NULL;
}
