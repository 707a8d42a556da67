// SPDX-License-Identifier: GPL-2.0-or-later
/* A source of DMA that does not end, over the change of kernels */
#include <unistd.h>

#include "continuity.h"
#include "hda.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "watch.h"

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	kho_count("before");
	hda_start(r);
	hda_check(r);
	running_preserve(r, "holdfast-231");
	running_prepare();
	hda_watch(r);
	watch_start();
	mark(MARK_USER);
	sleep(2);
	hda_check(r);
	running_go();
}

static void second(void)
{
	struct running *r = &running[0];

	running_recall();
	running_retrieve(r);
	hda_check(r);
	running_check_config(r);
	running_map_more(r);
	hda_check(r);
	running_finish();
	hda_check(r);
	mark(MARK_USER);
	running_unmap_more(r);
	hda_check(r);
	hda_stop(r);
	running_close(r);
	kho_count("after");
}

/* A position each 10 ms or so; what QEMU holds up itself is far below this */
#define LIMIT	0.5

static void judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "hda");

	judge_running(ev);
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), 100,
		    LIMIT);
	note_gaps(ev, &a, 1, MARK_USER, MARK_USER);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&a);
}

#define HDA_RUNNING(mode, suffix, how, ...)			\
SCENARIO(hda_running_##mode) = {					\
	.name = "231-hda-running" suffix,				\
	.proves = "endless DMA goes on through a kexec" how,		\
	.devices = STRINGS(ONE(HDA, 1), ##__VA_ARGS__),			\
	.shared_memory = 1,						\
	.stage = { first, second },					\
	.judge = judge,							\
}

HDA_RUNNING(legacy, "", "");
HDA_RUNNING(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
HDA_RUNNING(first_level, "-first-level", " (first-level tables)",
	      IOMMU_FIRST_LEVEL);
