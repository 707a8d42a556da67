// SPDX-License-Identifier: GPL-2.0-or-later
/* memfds with known contents */
#include <holdfast.h>
#include <sys/mman.h>

#include "log.h"
#include "memory.h"

int memfd_make(const char *name, size_t size)
{
	int fd;

	CHECK_OK(hf_memfd_create(NULL, name, size, &fd, NULL));
	return fd;
}

void *memfd_map(int fd, size_t size)
{
	void *mem;

	CHECK_OK(hf_memfd_map(NULL, fd, 0, size, 0, &mem, NULL));
	return mem;
}

static unsigned char pattern(size_t i, unsigned int seed)
{
	unsigned int x = (i >> 12) * 2654435761u + (i & 0xfff) * 40503u +
			 seed * 97u;

	return x ^ x >> 8 ^ x >> 16;
}

void pattern_fill(void *mem, size_t size, unsigned int seed)
{
	unsigned char *p = mem;

	for (size_t i = 0; i < size; i++)
		p[i] = pattern(i, seed);
}

size_t pattern_check(const void *mem, size_t size, unsigned int seed)
{
	const unsigned char *p = mem;
	size_t i;

	for (i = 0; i < size && p[i] == pattern(i, seed); i++)
		;
	return i;
}

void memfd_fill(int fd, size_t size, unsigned int seed)
{
	void *mem = memfd_map(fd, size);

	pattern_fill(mem, size, seed);
	munmap(mem, size);
}

void memfd_check(int fd, size_t size, unsigned int seed)
{
	void *mem = memfd_map(fd, size);
	size_t at = pattern_check(mem, size, seed);

	if (at != size)
		FAIL("memfd: byte %zu of %zu differs", at, size);
	munmap(mem, size);
}
