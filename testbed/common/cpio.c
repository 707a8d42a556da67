// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writer for initramfs archives ("newc" cpio) in memory.
 *
 * The host builds the first initramfs with it; each kernel in a chain builds
 * the next one from its own root file system.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio.h"
#include "util.h"

static void append(struct cpio *c, const void *data, size_t len)
{
	if (c->len + len > c->cap) {
		size_t cap = c->cap ? c->cap : 1 << 20;

		while (cap < c->len + len)
			cap *= 2;
		c->data = realloc(c->data, cap);
		if (!c->data)
			fatal("initramfs: out of memory at %zu bytes", cap);
		c->cap = cap;
	}
	memcpy(c->data + c->len, data, len);
	c->len += len;
}

static void pad(struct cpio *c)
{
	static const char zero[4];

	append(c, zero, -c->len & 3);
}

static void entry(struct cpio *c, const char *name, mode_t mode,
		  const void *data, size_t len, unsigned int major,
		  unsigned int minor)
{
	size_t name_len = strlen(name) + 1;
	char header[112];

	snprintf(header, sizeof(header),
		 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 ++c->ino, (unsigned int)mode, 0, 0, 1, 0, (unsigned int)len,
		 0, 0, major, minor, (unsigned int)name_len, 0);
	append(c, header, 110);
	append(c, name, name_len);
	pad(c);
	append(c, data, len);
	pad(c);
}

void cpio_add_dir(struct cpio *c, const char *name)
{
	entry(c, name, S_IFDIR | 0755, "", 0, 0, 0);
}

void cpio_add_node(struct cpio *c, const char *name, mode_t mode,
		   unsigned int major, unsigned int minor)
{
	entry(c, name, mode, "", 0, major, minor);
}

void cpio_add_data(struct cpio *c, const char *name, mode_t mode,
		   const void *data, size_t len)
{
	entry(c, name, S_IFREG | mode, data, len, 0, 0);
}

/**
 * cpio_add_file - put a file of this system into the archive
 * @c: archive
 * @name: name in the archive, without leading slash
 * @mode: permission bits
 * @path: where the bytes are
 *
 * Return: 0, or -errno if the file cannot be read.
 */
int cpio_add_file(struct cpio *c, const char *name, mode_t mode,
		  const char *path)
{
	size_t len;
	char *data;

	data = file_read(path, &len);
	if (!data)
		return -errno;
	cpio_add_data(c, name, mode, data, len);
	free(data);
	return 0;
}

void cpio_end(struct cpio *c)
{
	entry(c, "TRAILER!!!", 0, "", 0, 0, 0);
}

/**
 * cpio_to_memfd - the archive as a file descriptor
 * @c: archive, ended
 * @name: name of the memfd, for people
 *
 * Return: fd (inherited on exec), or -errno.
 */
int cpio_to_memfd(const struct cpio *c, const char *name)
{
	int fd, ret;

	fd = memfd_create(name, 0);
	if (fd < 0)
		return -errno;
	ret = fd_write(fd, c->data, c->len);
	if (ret) {
		close(fd);
		return ret;
	}
	return fd;
}

void cpio_free(struct cpio *c)
{
	free(c->data);
	memset(c, 0, sizeof(*c));
}
