// SPDX-License-Identifier: GPL-2.0-or-later
/* A drive of which each block tells its number */
#include <string.h>

#include "disk.h"

void disk_make(void *block, uint64_t number)
{
	uint64_t *word = block;

	for (unsigned int i = 0; i < DISK_BLOCK / sizeof(*word); i++)
		word[i] = (number + 1) << 16 | i;
}

int disk_check(const void *block, uint64_t number)
{
	uint64_t good[DISK_BLOCK / sizeof(uint64_t)];

	disk_make(good, number);
	return !memcmp(good, block, DISK_BLOCK);
}
