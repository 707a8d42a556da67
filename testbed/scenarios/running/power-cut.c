// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The power is cut while a device runs through a live update. What is in
 * memory then, page tables in use included, is nothing to go by.
 */
#include <stdlib.h>
#include <string.h>

#include "edu.h"
#include "running/outlive.h"
#include "owner.h"
#include "judgepower.h"
#include "power.h"

static const char session[] = "holdfast-power-cut";

static void preserve(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(r);
	hda_check(r);
	running_preserve(r, session);
}

static void preserved(void)
{
	preserve();
	power_cut();
}

static void go(void)
{
	preserve();
	running_prepare();
	running_go();
}

static void never(void)
{
	FAIL("there was no power cut");
}

static void retrieved(void)
{
	running_recall();
	running_retrieve(&running[0]);
	hda_check(&running[0]);
	power_cut();
}

static void check_none(const char *bdf, void *data)
{
	(void)data;
	pci_check_state(bdf, "none");
}

/*
 * Nothing came along, and all of it can be done again. With another device: the
 * model of this one does not capture any more after such a reset.
 */
static void after(void)
{
	char *bdf = pci_find(ID_HDA, 0), *list;
	struct running *r = &running[0];
	struct owner o;

	pci_each(check_none, NULL);
	CHECK(pci_attr_is(bdf, "liveupdate/running", "0"),
	      "%s: liveupdate/running is not 0", bdf);
	list = file_read("/sys/kernel/debug/liveupdate/sessions", NULL);
	CHECK(list && !strstr(list, "incoming"), "the list of sessions is '%s'",
	      list ? list : "not there");
	free(list);
	owner_open(&o, bdf);
	owner_close(&o);

	running_open(r, pci_find(ID_EDU, 0), HDA_MEMORY);
	running_preserve(r, session);
	CHECK_OK(edu_write_ram(r->owner.bar, OWNER_IOVA, EDU_BUFFER));
	guard_check(r, EDU_BUFFER, r->size);
	close(r->session_fd);
	CHECK_OK(edu_write_ram(r->owner.bar, OWNER_IOVA, EDU_BUFFER));
	running_close(r);
}

static void judge_preserved(struct evidence *ev)
{
	judge_power_cut(ev, "hf: running 0000:", "liveupdate: frozen");
}

/* No line of the next kernel: that would count as a kernel too many */
static void judge_jump(struct evidence *ev)
{
	judge_power_cut(ev, "Starting new kernel", "hf: verdict");
}

static void judge_boot(struct evidence *ev)
{
	judge_power_cut(ev, "KHO: found", "runs on with the tables");
}

static void judge_adopted(struct evidence *ev)
{
	judge_power_cut(ev, "runs on with the tables of the previous kernel",
		  "hf: ");
}

static void judge_retrieved(struct evidence *ev)
{
	judge_power_cut(ev, "0000:01:00.0: liveupdate: retrieved",
		  "liveupdate: finished");
}

#define CUT(moment, label, words, in, line, ...)			\
SCENARIO(cut_running_##moment) = {					\
	.name = "running/power-cut-" label,					\
	.proves = "a power cut " words " leaves nothing behind",	\
	.variants = "prod",						\
	.devices = STRINGS(ONE(HDA, 1), ONE(EDU, 2)),		\
	.stage = { __VA_ARGS__, after },				\
	.cold = (in) + 1,						\
	.actions = POWER_ACTIONS,					\
	.action_line = line,						\
	.action_kernel = in,						\
	.judge = judge_##moment,					\
}

CUT(preserved, "preserved", "while a device is to run on", 1, NULL,
    preserved);
CUT(jump, "jump", "between two kernels, with DMA under way,", 1,
    "Starting new kernel", go);
CUT(boot, "boot", "before the IOMMU's tables are taken over", 2, "KHO: found",
    go, never);
CUT(adopted, "adopted", "after the IOMMU's tables were taken over", 2,
    "runs on with the tables of the previous kernel", go, never);
CUT(retrieved, "retrieved", "with a running device retrieved", 2, NULL,
    go, retrieved);
