// SPDX-License-Identifier: MIT
/* Files below the root of the context */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static int vpath(const struct hf_ctx *ctx, char *buf, const char *format,
		 va_list args)
{
	int n = snprintf(buf, HF_PATH_LEN, "%s", hf_root(ctx)), m;

	if (n < 0 || n >= HF_PATH_LEN)
		return -ENAMETOOLONG;
	m = vsnprintf(buf + n, HF_PATH_LEN - n, format, args);
	return m < 0 || m >= HF_PATH_LEN - n ? -ENAMETOOLONG : 0;
}

#define PATH(buf, format) ({			\
	va_list args_;				\
	int err_;				\
						\
	va_start(args_, format);		\
	err_ = vpath(ctx, buf, format, args_);	\
	va_end(args_);				\
	err_; })

int hf_path(const struct hf_ctx *ctx, char *buf, const char *format, ...)
{
	return PATH(buf, format);
}

int hf_open(const struct hf_ctx *ctx, int flags, const char *format, ...)
{
	char path[HF_PATH_LEN];
	int err = PATH(path, format);

	return err ? err : hf_sys_open(ctx, path, flags);
}

int hf_read_file(const struct hf_ctx *ctx, const char *path, size_t max,
		 char **ret, size_t *ret_len)
{
	int fd = hf_sys_open(ctx, path, O_RDONLY);
	char *text = NULL, *more;
	size_t len = 0, room = 0;
	int64_t n;

	if (fd < 0)
		return fd;
	/* Sizes of files of sysfs and debugfs say nothing */
	do {
		if (room - len < 2) {
			room = room ? 2 * room : 4096;
			more = realloc(text, room);
			if (!more) {
				n = -ENOMEM;
				break;
			}
			text = more;
		}
		n = hf_sys_pread(ctx, fd, text + len, room - len - 1, len);
		if (n > 0)
			len += n;
	} while (n > 0 && len <= max);
	hf_sys_close(ctx, fd);
	if (n >= 0 && len > max)
		n = -EFBIG;
	if (n < 0) {
		free(text);
		return n;
	}
	text[len] = 0;
	*ret = text;
	*ret_len = len;
	return 0;
}

int hf_read_line(const struct hf_ctx *ctx, char *buf, size_t len,
		 const char *format, ...)
{
	char path[HF_PATH_LEN], *text;
	int err = PATH(path, format);
	size_t n;

	if (!err)
		err = hf_read_file(ctx, path, 4096, &text, &n);
	if (err)
		return err;
	text[strcspn(text, "\n")] = 0;
	hf_copy(buf, len, text);
	free(text);
	return 0;
}

static int read_link(const char *path, char *buf, size_t len)
{
	ssize_t n = readlink(path, buf, len - 1);

	if (n < 0)
		return -errno;
	buf[n] = 0;
	return 0;
}

int hf_read_link(const struct hf_ctx *ctx, char *buf, size_t len,
		 const char *format, ...)
{
	char path[HF_PATH_LEN];
	int err = PATH(path, format);

	return err ? err : read_link(path, buf, len);
}

int hf_read_link_name(const struct hf_ctx *ctx, char *buf, size_t len,
		      const char *format, ...)
{
	char path[HF_PATH_LEN], target[HF_PATH_LEN], *slash;
	int err = PATH(path, format);

	if (!err)
		err = read_link(path, target, sizeof(target));
	if (err)
		return err;
	slash = strrchr(target, '/');
	hf_copy(buf, len, slash ? slash + 1 : target);
	return 0;
}

int hf_write_file(const struct hf_ctx *ctx, const char *path,
		  const char *text)
{
	int fd = hf_sys_open(ctx, path, O_WRONLY);
	int64_t n;

	if (fd < 0)
		return fd;
	/* Files of sysfs take a value in one write or not at all */
	n = hf_sys_write(ctx, fd, text, strlen(text));
	hf_sys_close(ctx, fd);
	if (n < 0)
		return n;
	return (size_t)n == strlen(text) ? 0 : -EIO;
}

int hf_exists(const struct hf_ctx *ctx, const char *format, ...)
{
	char path[HF_PATH_LEN];

	return !PATH(path, format) && !faccessat(AT_FDCWD, path, F_OK,
						 AT_SYMLINK_NOFOLLOW);
}
