// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mappings of all sizes go along; in the new kernel they are unmapped piece by
 * piece and mapped anew, before and after the session ends. A place that got
 * other memory is written to there: nothing of the old mapping is left in any
 * cache.
 */
#include <errno.h>
#include <linux/iommufd.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "util.h"
#include "vfio.h"
#include "watch.h"

#define PAGE	4096UL
#define HUGE	(2UL << 20)
#define SEED	247
#define SHMEM_HUGE	"/sys/kernel/mm/transparent_hugepage/shmem_enabled"

static const char session_name[] = "holdfast-sizes";

/* Without a gap between the first two */
static const struct {
	uint64_t iova;
	size_t size;
} areas[] = {
	{ OWNER_IOVA, 4 * HUGE },
	{ OWNER_IOVA + 4 * HUGE, 16 * PAGE },
	{ OWNER_IOVA + 4 * HUGE + 32 * PAGE, PAGE },
};

#define AREAS	3
enum token { FIRST_AREA, IOMMUFD = AREAS, DEVICE };

static struct {
	uint32_t ioas, hwpt;
} ids;

static int iommufd, dev, session, memfd[AREAS];
static char *mem[AREAS];
static volatile void *bar;

static void small_pages(uint32_t ioas)
{
	struct iommu_option arg = {
		.size = sizeof(arg), .option_id = IOMMU_OPTION_HUGE_PAGES,
		.op = IOMMU_OPTION_OP_SET, .object_id = ioas,
	};

	CHECK(!ioctl(iommufd, IOMMU_OPTION, &arg), "IOMMU_OPTION: %s",
	      strerror(errno));
}

/* Two MiB each in one piece, so that the tables hold entries of that size */
static void check_huge(const char *m, size_t size)
{
	for (size_t i = 0; i < size; i += HUGE) {
		uint64_t start = watch_physical((char *)m + i);

		CHECK(!(start % HUGE), "no huge page at %#zx", i);
		for (size_t k = 0; k < HUGE; k += PAGE)
			CHECK(watch_physical((char *)m + i + k) == start + k,
			      "no huge page at %#zx", i);
	}
}

static void make_area(int i)
{
	memfd[i] = memfd_make("sizes", areas[i].size);
	mem[i] = memfd_map(memfd[i], areas[i].size);
	memset(mem[i], 0, areas[i].size);
}

static void map_area(int i)
{
	CHECK_OK(iommufd_map_file(iommufd, ids.ioas, memfd[i], areas[i].size,
				  areas[i].iova));
}

static void unmap_area(int i)
{
	CHECK_OK(iommufd_unmap(iommufd, ids.ioas, areas[i].iova,
			       areas[i].size));
	CHECK_ERR(iommufd_unmap(iommufd, ids.ioas, areas[i].iova,
				areas[i].size), ENOENT);
}

/* The device writes a page; it has to come to @m, and to nowhere else in it */
static void check_page(char *m, size_t size, uint64_t iova, size_t at)
{
	memset(m, 0, size);
	CHECK_OK(edu_write_ram(bar, iova + at, EDU_BUFFER));
	CHECK_EQ(pattern_check(m + at, EDU_BUFFER, SEED), EDU_BUFFER);
	memset(m + at, 0, EDU_BUFFER);
	for (size_t i = 0; i < size; i += 8)
		CHECK(!*(uint64_t *)(m + i), "%#zx was hit in place of %#zx",
		      i, at);
}

static void check_area(int i)
{
	check_page(mem[i], areas[i].size, areas[i].iova, 0);
	check_page(mem[i], areas[i].size, areas[i].iova,
		   areas[i].size - EDU_BUFFER);
}

/* Other memory at the place of an area; the memory of before is not hit */
static void check_replaced(int i)
{
	int fd = memfd_make("other", areas[i].size);
	char *m = memfd_map(fd, areas[i].size);

	/* The old one is what the caches know */
	check_area(i);
	unmap_area(i);
	CHECK_OK(iommufd_map_file(iommufd, ids.ioas, fd, areas[i].size,
				  areas[i].iova));
	check_page(m, areas[i].size, areas[i].iova, 0);
	for (size_t k = 0; k < areas[i].size; k += 8)
		CHECK(!*(uint64_t *)(mem[i] + k),
		      "the memory of before was hit");
	unmap_area(i);
	map_area(i);
	check_area(i);
	munmap(m, areas[i].size);
	close(fd);
}

static void check_changes(void)
{
	/* Areas are unmapped as they were mapped, not in part */
	CHECK_ERR(iommufd_unmap(iommufd, ids.ioas, areas[0].iova + HUGE, HUGE),
		  ENOENT);
	CHECK_ERR(iommufd_unmap(iommufd, ids.ioas, areas[1].iova + PAGE, PAGE),
		  ENOENT);
	for (int i = 0; i < AREAS; i++)
		check_area(i);
	check_replaced(1);
	check_area(0);
	check_replaced(2);
	check_replaced(0);
	check_area(1);
}

static void first_by(int small)
{
	unsigned int command;
	uint32_t dev_id;

	iommufd = CHECK_OK(iommufd_open());
	CHECK_OK(iommufd_ioas_alloc(iommufd, &ids.ioas));
	if (small)
		small_pages(ids.ioas);
	else
		CHECK(!file_write(SHMEM_HUGE, "force", 5), "%s: %s", SHMEM_HUGE,
		      strerror(errno));
	for (int i = 0; i < AREAS; i++) {
		make_area(i);
		map_area(i);
	}
	if (!small)
		check_huge(mem[0], areas[0].size);

	pci_bind(pci_find(ID_EDU, 0), "vfio-pci");
	dev = CHECK_OK(vfio_cdev_open(pci_find(ID_EDU, 0)));
	CHECK_OK(vfio_bind_id(dev, iommufd, &dev_id));
	CHECK_OK(iommufd_hwpt_alloc(iommufd, dev_id, ids.ioas, &ids.hwpt));
	CHECK_OK(iommufd_mark(iommufd, ids.hwpt));
	CHECK_OK(vfio_attach(dev, ids.hwpt));
	CHECK_OK(vfio_config_read(dev, PCI_COMMAND, 2, &command));
	CHECK_OK(vfio_config_write(dev, PCI_COMMAND, 2, command |
				   PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER));
	bar = vfio_bar_map(dev, 0, NULL);
	pattern_fill(mem[2], EDU_BUFFER, SEED);
	CHECK_OK(edu_read_ram(bar, areas[2].iova, EDU_BUFFER));
	check_changes();

	kho_count("before");
	session = CHECK_OK(luo_create(session_name));
	for (int i = 0; i < AREAS; i++)
		CHECK_OK(luo_preserve(session, memfd[i], FIRST_AREA + i));
	CHECK_OK(luo_preserve(session, iommufd, IOMMUFD));
	CHECK_OK(luo_preserve(session, dev, DEVICE));
	say("running %s in %s", pci_find(ID_EDU, 0), session_name);
	carry_put("sizes", &ids, sizeof(ids));
	kexec_prepare(NULL);
	edu_start_write_ram(bar, areas[0].iova + 3 * HUGE, EDU_BUFFER);
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

static void first_small(void)
{
	first_by(1);
}

static void first_huge(void)
{
	first_by(0);
}

static void retrieve(void)
{
	uint32_t dev_id;

	memcpy(&ids, carry_get("sizes", NULL), sizeof(ids));
	mark(MARK_BIND);
	pci_bind(pci_find(ID_EDU, 0), "vfio-pci");
	mark(MARK_RETRIEVE);
	session = CHECK_OK(luo_retrieve_session(session_name));
	iommufd = CHECK_OK(luo_retrieve(session, IOMMUFD));
	dev = CHECK_OK(luo_retrieve(session, DEVICE));
	CHECK_OK(vfio_bind_id(dev, iommufd, &dev_id));
	CHECK_OK(vfio_attach(dev, ids.hwpt));
	bar = vfio_bar_map(dev, 0, NULL);
	for (int i = 0; i < AREAS; i++) {
		memfd[i] = CHECK_OK(luo_retrieve(session, FIRST_AREA + i));
		mem[i] = memfd_map(memfd[i], areas[i].size);
	}
}

static void second(void)
{
	retrieve();
	CHECK_EQ(pattern_check(mem[0] + 3 * HUGE, EDU_BUFFER, SEED),
		 EDU_BUFFER);
	check_changes();
	CHECK_OK(luo_finish(session));
	mark(MARK_FINISHED);
	close(session);
	check_changes();

	CHECK_ERR(iommufd_destroy(iommufd, ids.ioas), EBUSY);
	CHECK_OK(vfio_detach(dev));
	CHECK_OK(iommufd_destroy(iommufd, ids.hwpt));
	CHECK_OK(iommufd_destroy(iommufd, ids.ioas));
	close(dev);
	close(iommufd);
	for (int i = 0; i < AREAS; i++) {
		munmap(mem[i], areas[i].size);
		close(memfd[i]);
	}
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_same_kho(ev, "before", "after");
}

#define SIZES(sym, suffix, how, start, ...)				\
SCENARIO(sizes_##sym) = {						\
	.name = "running/sizes" suffix,					\
	.proves = "what was mapped can be unmapped and mapped anew" how, \
	.devices = STRINGS(ONE(EDU, 1), ##__VA_ARGS__),			\
	.shared_memory = 1,						\
	.leaks = 1,							\
	.stage = { start, second },					\
	.judge = judge,							\
}

SIZES(small, "-4k", " (4 KiB)", first_small);
SIZES(huge, "-2m", " (2 MiB)", first_huge);
SIZES(huge_scalable, "-2m-scalable", " (2 MiB, scalable mode)", first_huge,
      IOMMU_SCALABLE);
SIZES(huge_first_level, "-2m-first-level", " (2 MiB, first-level tables)",
      first_huge, IOMMU_FIRST_LEVEL);
