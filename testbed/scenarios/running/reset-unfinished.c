// SPDX-License-Identifier: GPL-2.0-or-later
/* The owner resets a running device that it has back but has not finished */
#include "continuity.h"
#include "hda.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "vfio.h"
#include "watch.h"
#include "witness.h"

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(r);
	hda_check(r);
	running_preserve(r, "holdfast-reset");
	running_prepare();
	running_go();
}

static void check_runs(const char *bdf, const char *value)
{
	CHECK(pci_attr_is(bdf, "liveupdate/running", value),
	      "%s: liveupdate/running is not %s", bdf, value);
}

static void retrieve(void)
{
	running_recall();
	running_retrieve(&running[0]);
	hda_check(&running[0]);
	check_runs(running[0].owner.bdf, "1");
}

/* Idle now, and it takes no more than the usual to use it */
static void stopped(void)
{
	struct running *r = &running[0];

	check_runs(r->owner.bdf, "0");
	pci_check_state(r->owner.bdf, "retrieved");
	running_finish();
	running_close(r);
}

static void by_file(void)
{
	retrieve();
	CHECK_OK(vfio_reset(running[0].owner.dev));
	/* The second time there is nothing to be said */
	CHECK_OK(vfio_reset(running[0].owner.dev));
	stopped();
}

static void by_bus(void)
{
	retrieve();
	CHECK_OK(vfio_hot_reset(running[0].owner.dev));
	stopped();
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 2, "01:00.0: liveupdate: no longer running: reset") != 1)
		complain(ev, "log: not one line that the device was stopped");
}

#define RESET(how) \
SCENARIO(reset_unfinished_##how) = { \
	.name = "running/reset-unfinished-" #how, \
	.proves = "an owner that resets its device before finish is told that it is idle", \
	.devices = STRINGS(ONE(HDA, 1)), \
	.stage = { first, by_##how }, \
	.judge = judge, \
}

RESET(file);
RESET(bus);

static void first_beside(void)
{
	running_open(&running[0], pci_find(ID_HDA, 0), HDA_MEMORY);
	running_open(&running[1], pci_find(ID_IGB, 0), HDA_MEMORY);
	hda_start(&running[0]);
	running_preserve(&running[0], "holdfast-reset");
	running_preserve(&running[1], "holdfast-reset");
	hda_watch(&running[0]);
	watch_start();
	mark(MARK_USER);
	running_prepare();
	running_go();
}

/* In each way that a VMM knows */
static void beside(void)
{
	struct running *still = &running[0], *r = &running[1];

	running_recall();
	running_retrieve(still);
	running_retrieve(r);
	CHECK_OK(vfio_flr(r->owner.dev));
	check_runs(r->owner.bdf, "0");
	CHECK_OK(vfio_reset(r->owner.dev));
	check_runs(still->owner.bdf, "1");
	hda_check(still);
	running_check_config(still);
	running_finish();
	hda_check(still);
	mark(MARK_USER);
	hda_stop(still);
	running_close(still);
	running_close(r);
}

static void judge_beside(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "hda");

	judge_running_device(ev, 1, "01:00.0", MARK_FINISHED);
	if (log_count(ev, 2, "02:00.0: liveupdate: no longer running: reset") != 1)
		complain(ev, "log: not one line that the device was stopped");
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), 100,
		    0.5);
	arrivals_free(&a);
}

SCENARIO(reset_unfinished_beside) = {
	.name = "running/reset-unfinished-beside",
	.proves = "an owner that resets its device before finish leaves the running one beside it alone",
	.devices = STRINGS(ONE(HDA, 1), ONE(IGB, 2)),
	.shared_memory = 1,
	.stage = { first_beside, beside },
	.judge = judge_beside,
};
