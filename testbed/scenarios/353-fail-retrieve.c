// SPDX-License-Identifier: GPL-2.0-or-later
/* Every allocation in retrieve and finish fails once */
#include "fault.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"

#define LIMIT	400

static void first(void)
{
	update_preserve("holdfast-353", pci_find(ID_E1000E, 0));
	update_go();
}

static int sweep_retrieve(struct update *u)
{
	for (int n = 1; n < LIMIT; n++) {
		int dev, fired;

		fault_arm(n);
		dev = luo_retrieve(u->session_fd, u->token + 1);
		fired = fault_disarm();
		if (dev >= 0) {
			say("retrieve: %d sites failed once", n - 1);
			pci_check_state(u->owner.bdf, "retrieved");
			return dev;
		}
		CHECK(fired, "retrieve: %s without a fault", err_name(dev));
		pci_check_state(u->owner.bdf, "incoming");
		CHECK_ERR(luo_finish(u->session_fd), 16);
	}
	FAIL("retrieve: no end after %d sites", LIMIT);
}

static void sweep_finish(struct update *u)
{
	for (int n = 1; n < LIMIT; n++) {
		int ret, fired;

		fault_arm(n);
		ret = luo_finish(u->session_fd);
		fired = fault_disarm();
		if (!ret) {
			say("finish: %d sites failed once", n - 1);
			return;
		}
		CHECK(fired, "finish: %s without a fault", err_name(ret));
		pci_check_state(u->owner.bdf, "retrieved");
	}
	FAIL("finish: no end after %d sites", LIMIT);
}

static void second(void)
{
	struct update *u = &updates[0];
	char *bdf;
	int memfd, dev;

	fault_setup();
	leak_mark();
	update_recall();
	bdf = text("%s", u->owner.bdf);
	update_bind();
	update_sessions();
	memfd = CHECK_OK(luo_retrieve(u->session_fd, u->token));
	dev = sweep_retrieve(u);
	owner_adopt(&u->owner, bdf, dev, memfd);
	owner_check(&u->owner);
	sweep_finish(u);
	pci_check_state(bdf, "none");
	owner_check(&u->owner);
	owner_close(&u->owner);
	leak_check();
}

SCENARIO(fail_retrieve) = {
	.name = "353-fail-retrieve",
	.proves = "a failed allocation in retrieve or finish can be repeated",
	.variants = "debug",
	.devices = STRINGS(ONE(E1000E, 1)),
	.cmdline = { "panic_on_warn=1", "panic_on_warn=1" },
	.stage = { first, second },
	.time_limit = 120,
};
