// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "argv.h"

#define CMDLINE_MAX	(1u << 20)

json_t *argv_from(char *const words[])
{
	json_t *argv = json_array();

	for (; argv && *words; words++)
		if (json_array_append_new(argv, json_string(*words))) {
			json_decref(argv);
			return NULL;
		}
	return argv;
}

/* Words that each end in a NUL */
static json_t *split(const char *data, size_t len)
{
	json_t *argv = json_array();

	while (argv && len) {
		size_t n = strnlen(data, len);

		if (n == len || json_array_append_new(argv,
						      json_string(data))) {
			json_decref(argv);
			return NULL;
		}
		data += n + 1;
		len -= n + 1;
	}
	return argv;
}

static const char *word(const json_t *argv, size_t i)
{
	const char *text = json_string_value(json_array_get(argv, i));

	return text ? text : "";
}

void argv_strip(json_t *argv)
{
	size_t n = json_array_size(argv);

	if (n > 3 && !strcmp(word(argv, n - 3), "-S") &&
	    !strcmp(word(argv, n - 2), "-incoming"))
		for (int i = 0; i < 3; i++)
			json_array_remove(argv, --n);
}

int argv_of_pid(int pid, json_t **ret, struct hf_error *err)
{
	char path[64], *data = malloc(CMDLINE_MAX);
	json_t *argv = NULL;
	ssize_t n = 0, len = 0;
	int fd, code = 0;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = data ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		code = data ? -errno : -ENOMEM;
	while (!code && (n = read(fd, data + len, CMDLINE_MAX - len)) > 0)
		len += n;
	if (!code && n < 0)
		code = -errno;
	if (!code && len < CMDLINE_MAX)
		argv = split(data, len);
	if (fd >= 0)
		close(fd);
	free(data);
	if (!code && !json_array_size(argv)) {
		json_decref(argv);
		code = -EBADMSG;
	}
	if (code)
		return hq_fail(err, code, "vm-cmdline",
			       "read QEMU's command line", path, "", "%s",
			       code == -EBADMSG ? "it cannot be read as UTF-8" :
						  strerror(-code));
	argv_strip(argv);
	*ret = argv;
	return 0;
}

char **argv_extended(const json_t *argv, const char *const more[])
{
	size_t n = json_array_size(argv), extra = 0;
	char **words;

	while (more[extra])
		extra++;
	words = calloc(n + extra + 1, sizeof(*words));
	for (size_t i = 0; words && i < n; i++)
		words[i] = (char *)word(argv, i);
	for (size_t i = 0; words && i < extra; i++)
		words[n + i] = (char *)more[i];
	return words;
}

static int is_option(const char *text, const char *name)
{
	if (*text != '-')
		return 0;
	text += text[1] == '-' ? 2 : 1;
	return !strcmp(text, name + 1);
}

const char *argv_option(const json_t *argv, const char *name, size_t n)
{
	for (size_t i = 1; i + 1 < json_array_size(argv); i++)
		if (is_option(word(argv, i), name) && !n--)
			return word(argv, i + 1);
	return NULL;
}

int argv_has(const json_t *argv, const char *name)
{
	for (size_t i = 1; i < json_array_size(argv); i++)
		if (is_option(word(argv, i), name))
			return 1;
	return 0;
}

int argv_key(const char *value, const char *key, int implied, char *buf,
	     size_t len)
{
	size_t key_len = strlen(key);

	for (const char *part = value; part; ) {
		const char *end = strchr(part, ',');
		int n = end ? (int)(end - part) : (int)strlen(part);

		if (n > (int)key_len && !strncmp(part, key, key_len) &&
		    part[key_len] == '=') {
			snprintf(buf, len, "%.*s", n - (int)key_len - 1,
				 part + key_len + 1);
			return 1;
		}
		if (implied && part == value && !memchr(part, '=', n)) {
			snprintf(buf, len, "%.*s", n, part);
			return 1;
		}
		part = end ? end + 1 : NULL;
	}
	return 0;
}
