// SPDX-License-Identifier: GPL-2.0-or-later
/* One DMA of a device is under way while the kernels change */
#include <string.h>
#include <unistd.h>

#include "continuity.h"
#include "device.h"
#include "edu.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "timeline.h"
#include "watch.h"

#define SIZE	(64 << 10)
#define OUT	0x2000	/* pages that nothing may write to around both */
#define IN	0x5000
#define SEED	230

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_EDU, 0), SIZE);
	pattern_fill(r->owner.mem + OUT, EDU_BUFFER, SEED);
	CHECK_OK(edu_alive(r->owner.bar));
	CHECK_OK(edu_read_ram(r->owner.bar, OWNER_IOVA + OUT, EDU_BUFFER));
	kho_count("before");
	running_preserve(r, "holdfast-edu");
	running_prepare();
	watch_add("edu", r->owner.mem + IN, 1, 4096, 0, ~0u);
	watch_start();
	edu_start_write_ram(r->owner.bar, OWNER_IOVA + IN, EDU_BUFFER);
	running_go();
}

static void check_dma(struct running *r, char *mem, uint64_t iova)
{
	memset(mem, 0, EDU_BUFFER);
	CHECK_OK(edu_write_ram(r->owner.bar, iova, EDU_BUFFER));
	CHECK_EQ(pattern_check(mem, EDU_BUFFER, SEED), EDU_BUFFER);
}

static void check_guards(struct running *r)
{
	guard_check(r, 0, OUT);
	guard_check(r, OUT + EDU_BUFFER, IN);
	guard_check(r, IN + EDU_BUFFER, r->size);
}

static void second(void)
{
	struct running *r = &running[0];
	size_t landed;

	running_recall();
	running_retrieve(r);
	landed = pattern_check(r->owner.mem + IN, EDU_BUFFER, SEED);
	CHECK(landed == EDU_BUFFER, "%zu of %d bytes of the DMA landed",
	      landed, EDU_BUFFER);
	check_guards(r);
	running_check_config(r);

	running_map_more(r);
	check_dma(r, r->more, RUNNING_MORE_IOVA);
	check_dma(r, r->owner.mem + IN, OWNER_IOVA + IN);
	running_finish();
	check_dma(r, r->more, RUNNING_MORE_IOVA);
	running_unmap_more(r);
	check_dma(r, r->owner.mem + IN, OWNER_IOVA + IN);
	check_guards(r);
	running_close(r);
	kho_count("after");
}

/* Before or after the reboot: how long the device takes is its own affair */
static void remark_landing(struct evidence *ev)
{
	const struct trace_event *left = marker_find(ev, 1, MARK_REBOOT);
	struct arrivals a = arrivals_load(ev, "edu");

	/* The first change is the DMA, later ones are the owner's */
	if (left && a.n)
		remark(ev, "edu: the DMA landed %+.0f ms from reboot()",
		       (a.times[0] - left->time) * 1e3);
	arrivals_free(&a);
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_same_kho(ev, "before", "after");
	remark_landing(ev);
}

#define EDU_RUNNING(mode, suffix, how, ...)			\
SCENARIO(edu_running_##mode) = {					\
	.name = "running/edu" suffix,				\
	.proves = "a DMA under way lands whole in the next kernel" how, \
	.devices = STRINGS(ONE(EDU, 1), ##__VA_ARGS__),			\
	.shared_memory = 1,						\
	.stage = { first, second },					\
	.judge = judge,							\
}

EDU_RUNNING(legacy, "", "");
EDU_RUNNING(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
EDU_RUNNING(first_level, "-first-level", " (first-level tables)",
	      IOMMU_FIRST_LEVEL);
