// SPDX-License-Identifier: GPL-2.0-or-later
/* The owner resets a running device that it has back but has not finished */
#include "hda.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "vfio.h"
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
