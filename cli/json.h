/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdint.h>
#include <stdio.h>

/*
 * A writer of JSON. Keys are NULL within arrays. Bytes that are no UTF-8 become
 * U+FFFD, so that whatever a kernel or a file says, the document is one.
 */
struct json {
	FILE *out;
	int pretty;
	int depth;
	int empty;	/* nothing in this object or array yet */
};

void json_begin(struct json *j, FILE *out, int pretty);
void json_end(struct json *j);
void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
void json_string(struct json *j, const char *key, const char *value);
/* null if it is empty */
void json_string_or_null(struct json *j, const char *key, const char *value);
void json_int(struct json *j, const char *key, int64_t value);
void json_bool(struct json *j, const char *key, int value);
void json_null(struct json *j, const char *key);

#endif
