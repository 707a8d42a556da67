// SPDX-License-Identifier: GPL-2.0-or-later
/* Every allocation in preserve and unpreserve fails once */
#include <unistd.h>

#include "fault.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"

#define LIMIT	400

/* Return: was a fault injected? */
static int try_preserve(struct owner *o, int n)
{
	int session = CHECK_OK(luo_create("holdfast-no-memory-preserve"));
	int ret, fired;

	fault_arm(n);
	ret = luo_preserve(session, o->dev, 1);
	fired = fault_disarm();
	pci_check_state(o->bdf, ret ? "none" : "preserved");
	pci_check_state(pci_parent(o->bdf), ret ? "none" : "preserved");
	CHECK(fired || !ret, "preserve: %s without a fault", err_name(ret));
	if (ret)
		CHECK_OK(luo_preserve(session, o->dev, 1));
	close(session);
	pci_check_state(o->bdf, "none");
	return fired;
}

static int try_close(struct owner *o, int n)
{
	int session = CHECK_OK(luo_create("holdfast-no-memory-preserve"));
	int fired;

	CHECK_OK(luo_preserve(session, o->dev, 1));
	fault_arm(n);
	close(session);
	fired = fault_disarm();
	pci_check_state(o->bdf, "none");
	pci_check_state(pci_parent(o->bdf), "none");
	return fired;
}

static void sweep(const char *what, int (*try)(struct owner *, int),
		  struct owner *o)
{
	int n;

	for (n = 1; try(o, n); n++)
		CHECK(n < LIMIT, "%s: no end after %d sites", what, n);
	owner_check(o);
	say("%s: %d sites failed once", what, n - 1);
	CHECK(n > 1, "%s: nothing ever failed", what);
}

static void only(void)
{
	struct owner o;

	if (!fault_available())
		stage_skip("this kernel has no fault injection");
	fault_setup();
	owner_open(&o, pci_find(ID_E1000E, 0));
	/* Once without, so that what is allocated for good is there */
	try_preserve(&o, LIMIT);
	leak_mark();
	sweep("preserve", try_preserve, &o);
	sweep("unpreserve", try_close, &o);
	owner_close(&o);
	leak_check();
}

SCENARIO(fail_preserve) = {
	.name = "failure/no-memory-preserve",
	.proves = "no failed allocation in preserve leaves anything behind",
	.variants = "debug",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a")),
	.cmdline = { "panic_on_warn=1" },
	.stage = { only },
	.time_limit = 120,
};
