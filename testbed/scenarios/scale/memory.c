// SPDX-License-Identifier: GPL-2.0-or-later
/* More than a gigabyte of memory, mapped for the device above 4 GiB */
#include <sys/mman.h>
#include <unistd.h>

#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define SIZE	((1UL << 30) + (1 << 20))
#define IOVA	(4ULL << 30)
#define TOKEN	0x503
#define PAGES	(SIZE / 4096)

/* One number in each page: all of it would take minutes to write here */
static void fill(int memfd)
{
	unsigned long *mem = memfd_map(memfd, SIZE);

	for (unsigned long i = 0; i < PAGES; i++)
		mem[i * 512 + i % 512] = ~i;
	munmap(mem, SIZE);
}

static void check(int memfd)
{
	unsigned long *mem = memfd_map(memfd, SIZE);

	for (unsigned long i = 0; i < PAGES; i++)
		CHECK(mem[i * 512 + i % 512] == ~i, "page %lu differs", i);
	munmap(mem, SIZE);
}

static void first(void)
{
	struct update *u = update_preserve("holdfast-memory",
					   pci_find(ID_E1000E, 0));
	int memfd = memfd_make("memory", SIZE);

	fill(memfd);
	CHECK_OK(iommufd_map_file(u->owner.iommufd, u->owner.ioas, memfd,
				  SIZE, IOVA));
	CHECK_OK(luo_preserve(u->session_fd, memfd, TOKEN));
	update_go();
}

static void second(void)
{
	struct update *u = &updates[0];
	int memfd;

	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();
	memfd = CHECK_OK(luo_retrieve(u->session_fd, TOKEN));
	check(memfd);
	update_retrieve_all();
	CHECK_OK(iommufd_map_file(u->owner.iommufd, u->owner.ioas, memfd,
				  SIZE, IOVA));
	update_finish();
	check(memfd);
	update_check_normal();
}

SCENARIO(memory_large) = {
	.name = "scale/memory",
	.proves = "a device and more than 1 GiB of its memory survive a kexec",
	.variants = "prod module",
	.devices = STRINGS(ONE(E1000E, 1)),
	.memory_mb = 3072,
	.stage = { first, second },
	.judge = judge_updates,
	.time_limit = 120,
};
