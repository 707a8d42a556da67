/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_ARGV_H
#define HQ_ARGV_H

#include <jansson.h>

#include "hq.h"

/* The command line of a QEMU, as an array of strings in JSON */

/* Of a process. "-S -incoming file:..." at its end, which is ours, is removed. */
int argv_of_pid(int pid, json_t **ret, struct hf_error *err);

json_t *argv_from(char *const words[]);

/* Remove what argv_extended() adds to a QEMU that takes its state back */
void argv_strip(json_t *argv);

/*
 * For exec(): @argv and more words up to NULL. The array is freed by free(), its
 * strings belong to @argv and the caller.
 */
char **argv_extended(const json_t *argv, const char *const more[]);

/* Value of the option number @n of this name: "-m" is also "--m". Or NULL. */
const char *argv_option(const json_t *argv, const char *name, size_t n);

/* Is the option there? */
int argv_has(const json_t *argv, const char *name);

/*
 * Value of @key in "a,b=c,d=e": copied to @buf, 1 if it is there. @implied: the
 * first part without "=" is its value.
 */
int argv_key(const char *value, const char *key, int implied, char *buf,
	     size_t len);

#endif
