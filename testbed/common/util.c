// SPDX-License-Identifier: GPL-2.0-or-later
/* Small helpers that both the runner and the guest need */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

/**
 * file_read - a whole file, with a NUL after the last byte
 * @path: file; one of sysfs or procfs is fine, its size is not asked for
 * @ret_len: number of bytes, may be NULL
 *
 * Return: allocated bytes, or NULL with errno set.
 */
char *file_read(const char *path, size_t *ret_len)
{
	size_t len = 0, cap = 4096;
	char *data = NULL;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;

	do {
		if (!data || len + 1 >= cap) {
			char *p;

			cap *= 2;
			p = realloc(data, cap);
			if (!p) {
				n = -1;
				break;
			}
			data = p;
		}
		n = read(fd, data + len, cap - len - 1);
		if (n > 0)
			len += n;
	} while (n > 0 || (n < 0 && errno == EINTR));

	if (n < 0) {
		int err = errno;

		free(data);
		close(fd);
		errno = err;
		return NULL;
	}
	close(fd);
	data[len] = 0;
	if (ret_len)
		*ret_len = len;
	return data;
}

/* Return: 0, or -errno */
int fd_write(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		p += n;
		len -= n;
	}
	return 0;
}

/* Return: 0, or -errno; the file is created if it is not there */
int file_write(const char *path, const void *data, size_t len)
{
	int fd, ret;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	ret = fd_write(fd, data, len);
	close(fd);
	return ret;
}

/* Allocated text; running out of memory ends the process */
char *text(const char *fmt, ...)
{
	char *out;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&out, fmt, ap) < 0)
		abort();
	va_end(ap);
	return out;
}

/* Like text(), put behind @base, which may be NULL and is freed */
char *text_add(char *base, const char *fmt, ...)
{
	char *more, *out;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&more, fmt, ap) < 0)
		abort();
	va_end(ap);
	out = text("%s%s", base ? base : "", more);
	free(base);
	free(more);
	return out;
}

/* Is @word one of the space separated words in @list? */
int has_word(const char *list, const char *word)
{
	size_t n = strlen(word);
	const char *p = list;

	while ((p = strstr(p, word))) {
		if ((p == list || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return 1;
		p += n;
	}
	return 0;
}

/* Seconds on the monotonic clock */
double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* "EBUSY" for 16 and for -16; "0" for 0 */
const char *err_name(int err)
{
	const char *name;

	if (!err)
		return "0";
	name = strerrorname_np(err < 0 ? -err : err);
	return name ? name : "an unknown error";
}

static void print_and_exit(const char *message)
{
	fprintf(stderr, "testbed: %s\n", message);
	exit(2);
}

void (*fatal_handler)(const char *message) = print_and_exit;

/* Ends the process with a message, in the way of the side it runs on */
void fatal(const char *fmt, ...)
{
	char message[800];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	fatal_handler(message);
	abort();
}
