// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads that one doorbell gave complete while the kernels change */
#include <unistd.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "queue.h"
#include "scenario.h"
#include "watch.h"

#define READS	600	/* 50 a second: 12 s */

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_NVME, 0), QUEUE_MEMORY);
	kho_count("before");
	queue_open(r);
	running_preserve(r, "holdfast-nvme");
	running_prepare();
	queue_watch(r, READS);
	watch_start();
	mark(MARK_USER);
	queue_start(r, READS);
	usleep(500000);
	CHECK(queue_count(r, READS) && queue_count(r, READS) < READS / 2,
	      "%u reads are complete already", queue_count(r, READS));
	running_go();
}

static void second(void)
{
	struct running *r = &running[0];

	running_recall();
	running_retrieve(r);
	say("reads: %u complete when the owner is back",
	    queue_count(r, READS));
	running_check_config(r);
	running_finish();
	queue_check(r, READS);
	mark(MARK_USER);
	queue_stop(r);
	running_close(r);
	kho_count("after");
}

#define LIMIT	0.5

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_reads(ev, READS, LIMIT);
	expect_same_kho(ev, "before", "after");
}

#define NVME_RUNNING(mode, suffix, how, ...)			\
SCENARIO(nvme_running_##mode) = {					\
	.name = "running/nvme" suffix,				\
	.proves = "queued reads complete through a kexec" how,		\
	.devices = STRINGS(ONE(NVME_50, 1), ##__VA_ARGS__),		\
	.shared_memory = 1,						\
	.disk = 1,							\
	.stage = { first, second },					\
	.judge = judge,							\
}

NVME_RUNNING(legacy, "", "");
NVME_RUNNING(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
NVME_RUNNING(first_level, "-first-level", " (first-level tables)",
	      IOMMU_FIRST_LEVEL);
