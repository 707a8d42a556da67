// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads of a drive whose blocks tell their numbers, by the kernel's own driver:
 * the queue is full all the time, and each block is looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "disk.h"
#include "nested.h"
#include "util.h"

#define DRIVE	"/dev/nvme0n1"
#define FOREVER	1000	/* tenths of a second for a drive to appear */

static struct {
	int fd;
	aio_context_t ctx;
	struct iocb requests[NESTED_DEPTH];
	char *buffers;
	uint64_t next;
	unsigned long long good, bad;
} drive;

static void submit(unsigned int i)
{
	struct iocb *r = &drive.requests[i];
	uint64_t block = drive.next++ % DISK_BLOCKS;

	memset(r, 0, sizeof(*r));
	r->aio_data = i;
	r->aio_lio_opcode = IOCB_CMD_PREAD;
	r->aio_fildes = drive.fd;
	r->aio_buf = (uintptr_t)drive.buffers + i * DISK_BLOCK;
	r->aio_nbytes = DISK_BLOCK;
	r->aio_offset = block * DISK_BLOCK;
	memset((void *)(uintptr_t)r->aio_buf, 0, DISK_BLOCK);
	if (syscall(SYS_io_submit, drive.ctx, 1L, &r) != 1)
		fatal("io_submit: %s", strerror(errno));
}

void nested_disk_start(void)
{
	for (int i = 0; i < FOREVER && access(DRIVE, F_OK); i++)
		usleep(100000);
	drive.fd = open(DRIVE, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (drive.fd < 0)
		fatal(DRIVE ": %s", strerror(errno));
	if (posix_memalign((void **)&drive.buffers, 4096,
			   NESTED_DEPTH * DISK_BLOCK) ||
	    syscall(SYS_io_setup, NESTED_DEPTH, &drive.ctx))
		fatal("io_setup: %s", strerror(errno));
	for (unsigned int i = 0; i < NESTED_DEPTH; i++)
		submit(i);
}

char *nested_disk_look(void)
{
	struct timespec at_once = { 0 };
	struct io_event events[NESTED_DEPTH];
	long n;

	while ((n = syscall(SYS_io_getevents, drive.ctx, 0L,
			    (long)NESTED_DEPTH, events, &at_once)) > 0)
		for (long k = 0; k < n; k++) {
			unsigned int i = events[k].data;
			const struct iocb *r = &drive.requests[i];

			if (events[k].res == DISK_BLOCK &&
			    disk_check((void *)(uintptr_t)r->aio_buf,
				       r->aio_offset / DISK_BLOCK))
				drive.good++;
			else
				drive.bad++;
			submit(i);
		}
	return text("disk %llu bad %llu", drive.good, drive.bad);
}
