// SPDX-License-Identifier: GPL-2.0-or-later
/* Files below the root */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "cli.h"

static int vpath(const struct cli *c, char *buf, const char *format,
		 va_list args)
{
	int n = snprintf(buf, CLI_PATH_LEN, "%s", c->root), m;

	if (n < 0 || n >= CLI_PATH_LEN)
		return -ENAMETOOLONG;
	m = vsnprintf(buf + n, CLI_PATH_LEN - n, format, args);
	return m < 0 || m >= CLI_PATH_LEN - n ? -ENAMETOOLONG : 0;
}

#define PATH(buf) ({				\
	va_list args_;				\
	int err_;				\
						\
	va_start(args_, format);		\
	err_ = vpath(c, buf, format, args_);	\
	va_end(args_);				\
	err_; })

int cli_path(const struct cli *c, char *buf, const char *format, ...)
{
	return PATH(buf);
}

int cli_open(const struct cli *c, int flags, const char *format, ...)
{
	char path[CLI_PATH_LEN];
	int err = PATH(path), fd;

	if (err)
		return err;
	fd = open(path, flags | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : fd;
}

/* A FIFO that nobody writes to must not make anybody wait */
static int open_to_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return fd;
	close(fd);
	return -EINVAL;
}

/* Sizes of files of proc and sysfs say nothing: read up to the end */
static int read_all(int fd, char **ret, size_t *ret_len, size_t max)
{
	size_t len = 0, room = 0;
	char *text = NULL, *more;
	ssize_t n;

	do {
		if (room - len < 2) {
			room = room ? 2 * room : 4096;
			more = realloc(text, room);
			if (!more) {
				free(text);
				return -ENOMEM;
			}
			text = more;
		}
		n = read(fd, text + len, room - len - 1);
		if (n > 0)
			len += n;
	} while (n > 0 && len <= max);
	if (n < 0 || len > max) {
		int err = n < 0 ? -errno : -EFBIG;

		free(text);
		return err;
	}
	text[len] = 0;
	*ret = text;
	*ret_len = len;
	return 0;
}

int cli_read(const struct cli *c, char **ret, size_t *ret_len, size_t max,
	     const char *format, ...)
{
	char path[CLI_PATH_LEN];
	int err = PATH(path), fd;

	if (err)
		return err;
	fd = open_to_read(path);
	if (fd < 0)
		return fd;
	err = read_all(fd, ret, ret_len, max);
	close(fd);
	return err;
}

int cli_read_line(const struct cli *c, char *buf, size_t len,
		  const char *format, ...)
{
	char path[CLI_PATH_LEN], *text;
	int err = PATH(path), fd;
	size_t n;

	if (err)
		return err;
	fd = open_to_read(path);
	if (fd < 0)
		return fd;
	err = read_all(fd, &text, &n, 65536);
	close(fd);
	if (err)
		return err;
	text[strcspn(text, "\n")] = 0;
	cli_text(buf, len, "%s", text);
	free(text);
	return 0;
}

int cli_exists(const struct cli *c, const char *format, ...)
{
	char path[CLI_PATH_LEN];

	return !PATH(path) &&
	       !faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW);
}

void cli_file_sum(const struct cli *c, const char *path, char *buf)
{
	uLong sum = crc32(0, NULL, 0);
	unsigned char data[65536];
	unsigned long long len = 0;
	int fd = cli_open(c, O_RDONLY | O_NONBLOCK, "%s", path);
	ssize_t n = -1;

	*buf = 0;
	while (fd >= 0 && (n = read(fd, data, sizeof(data))) > 0) {
		sum = crc32(sum, data, n);
		len += n;
	}
	if (fd >= 0)
		close(fd);
	if (!n)
		cli_text(buf, CLI_SUM_LEN, "%llu-%08lx", len, sum);
}
