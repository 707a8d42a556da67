// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What it costs to hand over mapped memory, in virtual time: of the same device
 * with page tables of several sizes, made of small and of large pages.
 *
 * Each device has a session, an iommufd and a memfd of its own, so that one run
 * measures them all. The cost has to follow the pages of the page tables.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "measure.h"
#include "memory.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "stage.h"
#include "vfio.h"

#define MB		(1ULL << 20)
#define IOVA		(4096 * MB)	/* aligned to the largest page */
#define FACTOR		16	/* of 512 that bytes and tables differ by */
#define DEVICE_FACTOR	3
#define THP		"/sys/kernel/mm/transparent_hugepage/shmem_enabled"

enum step { MEMFD, IOMMUFD, DEVICE, STEPS };

/* Of one device; carried to the next kernel as it is */
struct load {
	char bdf[16];
	unsigned int mb;
	int large;		/* pages of 2 MiB, not of 4 KiB */
	uint32_t hwpt;
	unsigned long tables;
	unsigned long long preserve[STEPS], retrieve[STEPS];
	unsigned long long bind, attach, finish;
};

static const struct { unsigned int mb; int large; } plan[] = {
	{ 64, 0 }, { 256, 0 }, { 1024, 0 },
	{ 256, 1 }, { 1024, 1 }, { 4096, 1 },
};

#define N	((int)ARRAY_SIZE(plan))

static unsigned long table_pages(void)
{
	char *all, *p;
	unsigned long n;

	CHECK_OK(file_write("/proc/sys/vm/stat_refresh", "1\n", 2));
	all = file_read("/proc/vmstat", NULL);
	p = all ? strstr(all, "nr_iommu_pages ") : NULL;
	CHECK(p && sscanf(p, "nr_iommu_pages %lu", &n) == 1,
	      "/proc/vmstat does not count IOMMU pages");
	free(all);
	return n;
}

static void small_pages(int iommufd, uint32_t ioas)
{
	struct iommu_option arg = {
		.size = sizeof(arg), .option_id = IOMMU_OPTION_HUGE_PAGES,
		.op = IOMMU_OPTION_OP_SET, .object_id = ioas, .val64 = 0,
	};

	CHECK_OK(ioctl(iommufd, IOMMU_OPTION, &arg) ? -errno : 0);
}

static void text_name(const struct load *l, char *name)
{
	snprintf(name, 64, "bench-%.15s", l->bdf);
}

#define TIMED(to, call)							\
	({								\
		unsigned long long start_ = __rdtsc();			\
		long ret_ = CHECK_OK(call);				\
		(to) = __rdtsc() - start_;				\
		ret_;							\
	})

static void load(struct load *l)
{
	size_t size = l->mb * MB;
	int memfd, iommufd, dev, session;
	unsigned long before;
	uint32_t ioas, id;
	char name[64];

	pci_bind(l->bdf, "vfio-pci");
	dev = CHECK_OK(vfio_cdev_open(l->bdf));
	CHECK_OK(file_write(THP, l->large ? "force" : "never", 5));
	memfd = memfd_make(l->bdf, size);
	iommufd = CHECK_OK(iommufd_open());
	CHECK_OK(iommufd_ioas_alloc(iommufd, &ioas));
	if (!l->large)
		small_pages(iommufd, ioas);
	CHECK_OK(vfio_bind_id(dev, iommufd, &id));
	before = table_pages();
	CHECK_OK(iommufd_hwpt_alloc(iommufd, id, ioas, &l->hwpt));
	CHECK_OK(vfio_attach(dev, l->hwpt));
	CHECK_OK(iommufd_map_file(iommufd, ioas, memfd, size, IOVA));
	l->tables = table_pages() - before;

	text_name(l, name);
	session = CHECK_OK(luo_create(name));
	CHECK_OK(iommufd_mark(iommufd, l->hwpt));
	TIMED(l->preserve[MEMFD], luo_preserve(session, memfd, MEMFD));
	TIMED(l->preserve[IOMMUFD], luo_preserve(session, iommufd, IOMMUFD));
	TIMED(l->preserve[DEVICE], luo_preserve(session, dev, DEVICE));
	say("%s: %u MiB in pages of %s: %lu tables", l->bdf, l->mb,
	    l->large ? "2 MiB" : "4 KiB", l->tables);
}

static void first(void)
{
	struct load l[N];

	memset(l, 0, sizeof(l));
	for (int i = 0; i < N; i++) {
		snprintf(l[i].bdf, sizeof(l[i].bdf), "%s",
			 pci_find(ID_EDU, i));
		l[i].mb = plan[i].mb;
		l[i].large = plan[i].large;
		load(&l[i]);
	}
	carry_put("loads", l, sizeof(l));
	kexec_prepare(NULL);
	say("bench: clock reboot=%llu", __rdtsc());
	FAIL("reboot(KEXEC): %s", err_name(raw_reboot()));
}

/* What the law is about: tables of the lowest level, which hold all entries */
static unsigned long lowest(const struct load *l)
{
	return l->mb * MB / ((l->large ? 2 * MB : 4096) * 512);
}

struct range {
	double least;
	double most;
};

static void widen(struct range *r, double value)
{
	if (!r->most || value < r->least)
		r->least = value;
	if (value > r->most)
		r->most = value;
}

static void expect_alike(const char *what, struct range r, double factor)
{
	say("note: %s: %.1f to %.1f us", what, r.least / 1e3, r.most / 1e3);
	CHECK(r.most <= factor * r.least,
	      "%s: takes %.1f us here and %.1f us there", what, r.least / 1e3,
	      r.most / 1e3);
}

/*
 * Mapped bytes for a table differ by a factor of 512, and the number of tables
 * does between large and small pages: whatever followed one of the wrong things
 * would be far off, although an entry for a large page takes a few times as long
 * as one of many small ones. Only the memfd's own retrieve is not held to it: it makes
 * a struct page for each 4 KiB.
 */
static void check_law(const struct load *l)
{
	struct range preserve = { 0 }, retrieve = { 0 }, device = { 0 };

	for (int i = 0; i < N; i++, l++) {
		unsigned long n = lowest(l);

		widen(&device, l->retrieve[DEVICE] + l->attach);
		if (!n)
			continue;
		widen(&preserve, (double)l->preserve[IOMMUFD] / n);
		widen(&retrieve, (double)l->retrieve[IOMMUFD] / n);
	}
	expect_alike("iommufd: preserve, per lowest page table", preserve,
		     FACTOR);
	expect_alike("iommufd: retrieve, per lowest page table", retrieve,
		     FACTOR);
	expect_alike("device: retrieve and attach, with any table", device,
		     DEVICE_FACTOR);
}

static void take_back(struct load *l)
{
	int session, fd[STEPS];
	char name[64];
	uint32_t id;

	pci_bind(l->bdf, "vfio-pci");
	text_name(l, name);
	session = CHECK_OK(luo_retrieve_session(name));
	for (int i = 0; i < STEPS; i++)
		fd[i] = TIMED(l->retrieve[i], luo_retrieve(session, i));
	TIMED(l->bind, vfio_bind_id(fd[DEVICE], fd[IOMMUFD], &id));
	TIMED(l->attach, vfio_attach(fd[DEVICE], l->hwpt));
	TIMED(l->finish, luo_finish(session));
	say("bench: tables mb=%u page=%s tables=%lu preserve: memfd=%llu iommufd=%llu device=%llu",
	    l->mb, l->large ? "2M" : "4K", l->tables, l->preserve[MEMFD],
	    l->preserve[IOMMUFD], l->preserve[DEVICE]);
	say("bench: tables mb=%u page=%s tables=%lu retrieve: memfd=%llu iommufd=%llu device=%llu bind=%llu attach=%llu finish=%llu",
	    l->mb, l->large ? "2M" : "4K", l->tables, l->retrieve[MEMFD],
	    l->retrieve[IOMMUFD], l->retrieve[DEVICE], l->bind, l->attach,
	    l->finish);
}

static void second(void)
{
	unsigned long long clock = __rdtsc();
	struct load *l = carry_get("loads", NULL);

	say("bench: clock init=%llu", clock);
	for (int i = 0; i < N; i++)
		take_back(&l[i]);
	check_law(l);
}

SCENARIO(bench_tables) = {
	.name = "scale/bench-tables",
	.proves = "what is handed over costs as much as it has page tables",
	.variants = "prod",
	.on_request = 1,
	.devices = STRINGS("-smp", "1", "-icount", "shift=0,sleep=off",
			   "-seed", "1",
			   "-rtc", "base=2026-01-01T00:00:00,clock=vm",
			   ONE(EDU, 1), ONE(EDU, 2), ONE(EDU, 3),
			   ONE(EDU, 4), ONE(EDU, 5), ONE(EDU, 6)),
	.cmdline = { "loglevel=6", "loglevel=6" },
	.stage = { first, second },
	.memory_mb = 10240,
	.time_limit = 600,
	.silence_limit = 120,
};
