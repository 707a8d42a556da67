/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memfds with known contents */
#ifndef TESTBED_GUEST_MEMORY_H
#define TESTBED_GUEST_MEMORY_H

#include <stddef.h>

/* A memfd sealed against resizing; the contents are all zero */
int memfd_make(const char *name, size_t size);
void *memfd_map(int fd, size_t size);

/* A pattern no page of which equals another one; @seed tells files apart */
void pattern_fill(void *mem, size_t size, unsigned int seed);

/* Return: offset of the first wrong byte, or @size */
size_t pattern_check(const void *mem, size_t size, unsigned int seed);

/* Map, fill or check, unmap; a difference fails the stage */
void memfd_fill(int fd, size_t size, unsigned int seed);
void memfd_check(int fd, size_t size, unsigned int seed);

#endif
