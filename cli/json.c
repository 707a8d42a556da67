// SPDX-License-Identifier: GPL-2.0-or-later
/* A writer of JSON */
#include <inttypes.h>
#include <string.h>

#include "../common/clean.h"
#include "json.h"

static void newline(struct json *j)
{
	if (!j->pretty)
		return;
	fputc('\n', j->out);
	for (int i = 0; i < j->depth; i++)
		fputs("  ", j->out);
}

static void quoted(struct json *j, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	int n;

	fputc('"', j->out);
	for (; *p; p += n) {
		n = utf8_len(p);
		if (!n) {
			fputs("\\ufffd", j->out);
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			fprintf(j->out, "\\%c", *p);
		} else if (*p == '\n') {
			fputs("\\n", j->out);
		} else if (*p == '\t') {
			fputs("\\t", j->out);
		} else if (*p < ' ' || *p == 127) {
			fprintf(j->out, "\\u%04x", *p);
		} else {
			fwrite(p, 1, n, j->out);
		}
	}
	fputc('"', j->out);
}

/* What comes before any value */
static void lead(struct json *j, const char *key)
{
	if (!j->depth)
		return;
	if (!j->empty)
		fputc(',', j->out);
	j->empty = 0;
	newline(j);
	if (!key)
		return;
	quoted(j, key);
	fputs(j->pretty ? ": " : ":", j->out);
}

static void open_with(struct json *j, const char *key, char bracket)
{
	lead(j, key);
	fputc(bracket, j->out);
	j->depth++;
	j->empty = 1;
}

static void close_with(struct json *j, char bracket)
{
	j->depth--;
	if (!j->empty)
		newline(j);
	fputc(bracket, j->out);
	j->empty = 0;
}

/* Begin a document, which is an object */
void json_begin(struct json *j, FILE *out, int pretty)
{
	*j = (struct json){ .out = out, .pretty = pretty };
	open_with(j, NULL, '{');
}

void json_end(struct json *j)
{
	close_with(j, '}');
	fputc('\n', j->out);
}

void json_object(struct json *j, const char *key)
{
	open_with(j, key, '{');
}

void json_object_end(struct json *j)
{
	close_with(j, '}');
}

void json_array(struct json *j, const char *key)
{
	open_with(j, key, '[');
}

void json_array_end(struct json *j)
{
	close_with(j, ']');
}

void json_string(struct json *j, const char *key, const char *value)
{
	lead(j, key);
	quoted(j, value);
}

void json_null(struct json *j, const char *key)
{
	lead(j, key);
	fputs("null", j->out);
}

void json_string_or_null(struct json *j, const char *key, const char *value)
{
	if (value && *value)
		json_string(j, key, value);
	else
		json_null(j, key);
}

void json_int(struct json *j, const char *key, int64_t value)
{
	lead(j, key);
	fprintf(j->out, "%" PRId64, value);
}

void json_bool(struct json *j, const char *key, int value)
{
	lead(j, key);
	fputs(value ? "true" : "false", j->out);
}
