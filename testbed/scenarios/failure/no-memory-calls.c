// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From some point in a call on there is no memory at all, unlike a single
 * allocation that fails: what a call falls back to fails, too, and so does all
 * that it does to get out.
 */
#include <errno.h>
#include <unistd.h>

#include "fault.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "owner.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "update.h"

#define SESSION	"holdfast-no-memory-calls"
#define STEP	128		/* bytes of slab memory more each time */
#define LIMIT	1000

/*
 * @try does the call once with the given amounts. Return: how many allocations
 * failed in it. It checks what is left behind.
 */
typedef int (*try_fn)(void *arg, int slab, int pages);

/* Did any call fail at all? Else the faults were none */
static int failed;

static void sweep(const char *what, try_fn try, void *arg)
{
	int pages, steps;

	failed = 0;
	try(arg, 0, 0);
	for (steps = 0; try(arg, steps * STEP, ALL_WELL); steps++)
		CHECK(steps < LIMIT, "%s: no end after %d bytes", what,
		      steps * STEP);
	for (pages = 0; try(arg, ALL_WELL, pages); pages++)
		CHECK(pages < LIMIT, "%s: no end after %d pages", what, pages);
	say("%s: %d bytes or %d pages are enough; %d calls failed", what,
	    steps * STEP, pages, failed);
	CHECK(failed, "%s: never failed", what);
}

static int try_preserve(void *arg, int slab, int pages)
{
	struct owner *o = arg;
	int session = CHECK_OK(luo_create(SESSION)), ret, n;

	fault_arm_all(slab, pages);
	ret = luo_preserve(session, o->dev, 1);
	n = fault_disarm_all();
	CHECK(n || !ret, "preserve: %s without a fault", err_name(ret));
	pci_check_state(o->bdf, ret ? "none" : "preserved");
	pci_check_state(pci_parent(o->bdf), ret ? "none" : "preserved");
	failed += !!ret;
	if (ret)
		CHECK_OK(luo_preserve(session, o->dev, 1));
	/* The way back must not need memory */
	fault_arm_all(0, 0);
	close(session);
	fault_disarm_all();
	pci_check_state(o->bdf, "none");
	pci_check_state(pci_parent(o->bdf), "none");
	return n;
}

static void first(void)
{
	struct owner o;

	if (!fault_available())
		stage_skip("this kernel has no fault injection");
	fault_setup();
	owner_open(&o, pci_find(ID_E1000E, 0));
	/* Once without, so that what is allocated for good is there */
	try_preserve(&o, ALL_WELL, ALL_WELL);
	leak_mark();
	sweep("preserve", try_preserve, &o);
	owner_check(&o);
	owner_close(&o);
	leak_check();

	update_preserve(SESSION, o.bdf);
	update_preserve(SESSION, pci_find(ID_EDU, 0));
	update_go();
}

static int try_session(void *arg, int slab, int pages)
{
	struct update *u = arg;
	int luo = CHECK_OK(raw_luo_open()), ret, n;

	fault_arm_all(slab, pages);
	ret = raw_retrieve_session(luo, SESSION);
	n = fault_disarm_all();
	CHECK(n || ret >= 0, "session: %s without a fault", err_name(ret));
	pci_check_state(u->owner.bdf, "incoming");
	failed += ret < 0;
	if (ret >= 0)
		close(ret);
	close(luo);
	return n;
}

/* The other device is not retrieved, so closing the session does not end it */
static int try_retrieve(void *arg, int slab, int pages)
{
	struct update *u = arg;
	int session = CHECK_OK(luo_retrieve_session(SESSION)), dev, n;

	fault_arm_all(slab, pages);
	dev = luo_retrieve(session, u->token + 1);
	n = fault_disarm_all();
	CHECK(n || dev >= 0, "retrieve: %s without a fault", err_name(dev));
	pci_check_state(u->owner.bdf, dev < 0 ? "incoming" : "retrieved");
	CHECK_ERR(luo_finish(session), EBUSY);
	failed += dev < 0;
	if (dev < 0)
		dev = CHECK_OK(luo_retrieve(session, u->token + 1));
	close(dev);
	fault_arm_all(0, 0);
	close(session);
	fault_disarm_all();
	pci_check_state(u->owner.bdf, "incoming");
	return n;
}

static void second(void)
{
	struct update *u = &updates[0];

	fault_setup();
	update_recall();
	update_check_guarded();
	update_bind();
	try_retrieve(u, ALL_WELL, ALL_WELL);
	leak_mark();
	sweep("session", try_session, u);
	sweep("retrieve", try_retrieve, u);
	leak_check();

	update_sessions();
	update_retrieve_all();
	fault_arm_all(0, 0);
	CHECK_OK(raw_finish(u->session_fd));
	fault_disarm_all();
	pci_check_state(u->owner.bdf, "none");
	pci_check_state(updates[1].owner.bdf, "none");
	owner_check(&u->owner);
	owner_check(&updates[1].owner);
	close(u->session_fd);
	update_check_normal();
}

SCENARIO(no_memory) = {
	.name = "failure/no-memory-calls",
	.proves = "calls that run out of memory fail cleanly and can be repeated",
	.variants = "debug",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a"),
			   ONE(EDU, 2)),
	.cmdline = { "panic_on_warn=1", "panic_on_warn=1" },
	.stage = { first, second },
	.log_allow = STRINGS("Unable to finish session"),
	.time_limit = 120,
};
