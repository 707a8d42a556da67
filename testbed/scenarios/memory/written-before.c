// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that was only allocated is mapped for a device, which is the first to
 * write to it. No CPU touches it before it is preserved.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "edu.h"
#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"

#define SIZE		(64UL << 10)
#define WRITTEN		8	/* pages */
#define IOVA		(OWNER_IOVA + (16UL << 20))
#define NAME		"written-before"
#define SEALS		(F_SEAL_SEAL | F_SEAL_GROW | F_SEAL_SHRINK)

static int only_allocated(void)
{
	int fd = memfd_create(NAME, MFD_ALLOW_SEALING);

	CHECK(fd >= 0 && !ftruncate(fd, SIZE) && !fallocate(fd, 0, 0, SIZE) &&
	      !fcntl(fd, F_ADD_SEALS, SEALS), "memfd: %s", strerror(errno));
	return fd;
}

static void have_written(struct owner *o)
{
	for (int i = 0; i < WRITTEN; i++) {
		pattern_fill(o->mem, EDU_BUFFER, i);
		CHECK_OK(edu_read_ram(o->bar, OWNER_IOVA, EDU_BUFFER));
		CHECK_OK(edu_write_ram(o->bar, IOVA + i * EDU_BUFFER,
				       EDU_BUFFER));
	}
}

static void check_written(int memfd)
{
	char *mem = memfd_map(memfd, SIZE);

	for (int i = 0; i < WRITTEN; i++)
		CHECK(pattern_check(mem + i * EDU_BUFFER, EDU_BUFFER, i) ==
		      EDU_BUFFER, "what the device wrote to page %d is lost", i);
	for (size_t i = WRITTEN * EDU_BUFFER; i < SIZE; i++)
		CHECK(!mem[i], "byte %zu is not zero", i);
	munmap(mem, SIZE);
}

static void first(void)
{
	int session, kept = only_allocated(), other = only_allocated();
	struct owner o;

	owner_open(&o, pci_find(ID_EDU, 0));
	CHECK_OK(iommufd_map_file(o.iommufd, o.ioas, kept, SIZE, IOVA));
	have_written(&o);
	session = CHECK_OK(luo_create(NAME));
	CHECK_OK(luo_preserve(session, kept, 1));
	check_written(kept);

	/* The same without a live update: the CPU reads it first */
	CHECK_OK(iommufd_unmap(o.iommufd, o.ioas, IOVA, SIZE));
	CHECK_OK(iommufd_map_file(o.iommufd, o.ioas, other, SIZE, IOVA));
	have_written(&o);
	check_written(other);
	owner_close(&o);
	kexec_next();
}

static void second(void)
{
	int session = CHECK_OK(luo_retrieve_session(NAME));

	check_written(CHECK_OK(luo_retrieve(session, 1)));
	CHECK_OK(luo_finish(session));
}

SCENARIO(memory_written_before) = {
	.name = "memory/written-before",
	.proves = "what a device wrote to untouched memory is there afterwards",
	.variants = "prod module debug",
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { first, second },
};
