/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A drive of which each block tells its number */
#ifndef TESTBED_DISK_H
#define TESTBED_DISK_H

#include <stdint.h>

#define DISK_BLOCK	512
#define DISK_BLOCKS	2048
#define DISK_FILE	"disk.img"	/* in the directory of the run */

void disk_make(void *block, uint64_t number);
int disk_check(const void *block, uint64_t number);

#endif
