/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writer for initramfs archives ("newc" cpio) in memory */
#ifndef TESTBED_CPIO_H
#define TESTBED_CPIO_H

#include <stddef.h>
#include <sys/types.h>

struct cpio {
	char *data;
	size_t len;
	size_t cap;
	unsigned int ino;
};

void cpio_add_dir(struct cpio *c, const char *name);
void cpio_add_node(struct cpio *c, const char *name, mode_t mode,
		   unsigned int major, unsigned int minor);
void cpio_add_data(struct cpio *c, const char *name, mode_t mode,
		   const void *data, size_t len);
int cpio_add_file(struct cpio *c, const char *name, mode_t mode,
		  const char *path);
void cpio_end(struct cpio *c);
int cpio_to_memfd(const struct cpio *c, const char *name);
void cpio_free(struct cpio *c);

#endif
