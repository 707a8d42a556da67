// SPDX-License-Identifier: GPL-2.0-or-later
/* Every allocation in retrieve fails once; finish has none */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fault.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "update.h"

#define LIMIT	400

/*
 * The first two share a session: while one of them is not retrieved the
 * session does not end when it is closed. The third one is for a finish.
 */
static void first(void)
{
	update_preserve("holdfast-no-memory-retrieve", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-no-memory-retrieve", pci_find(ID_E1000E, 1));
	update_preserve("holdfast-no-memory-retrieve-finish", pci_find(ID_E1000E, 2));
	update_go();
}

/*
 * An allocation that fails need not make retrieve fail. If it did not, give
 * the file back and go on, until no site is left.
 */
static int sweep_retrieve(struct update *u)
{
	int failed = 0;

	for (int n = 1; n < LIMIT; n++) {
		int dev, fired;

		fault_arm(n);
		dev = luo_retrieve(u->session_fd, u->token + 1);
		fired = fault_disarm();
		if (dev >= 0 && !fired) {
			say("retrieve: %d sites failed once, %d times it did",
			    n - 1, failed);
			CHECK(failed, "retrieve: never failed");
			pci_check_state(u->owner.bdf, "retrieved");
			return dev;
		}
		CHECK(fired, "retrieve: %s without a fault", err_name(dev));
		if (dev >= 0) {
			close(dev);
			close(u->session_fd);
			updates[0].session_fd = -1;
			updates[1].session_fd = -1;
			update_sessions();
		} else {
			failed++;
		}
		pci_check_state(u->owner.bdf, "incoming");
		CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	}
	FAIL("retrieve: no end after %d sites", LIMIT);
}

/* What it had to allocate could fail, and then the session would not end */
static void finish_without_memory(struct update *u)
{
	int ret, n;

	fault_arm_all(0, 0);
	ret = raw_finish(u->session_fd);
	n = fault_disarm_all();
	CHECK(!ret, "finish: %s", err_name(ret));
	CHECK(!n, "finish asked %d times for memory", n);
	pci_check_state(u->owner.bdf, "none");
}

static void take(struct update *u, int dev)
{
	char *bdf = text("%s", u->owner.bdf);
	int memfd = CHECK_OK(luo_retrieve(u->session_fd, u->token));

	owner_adopt(&u->owner, bdf, dev, memfd);
	owner_check(&u->owner);
	free(bdf);
}

static void second(void)
{
	fault_setup();
	update_recall();
	update_bind();
	update_sessions();
	leak_mark();

	take(&updates[0], sweep_retrieve(&updates[0]));
	for (int i = 1; i < update_count; i++) {
		struct update *u = &updates[i];

		take(u, CHECK_OK(luo_retrieve(u->session_fd, u->token + 1)));
	}
	CHECK_OK(luo_finish(updates[0].session_fd));
	finish_without_memory(&updates[2]);

	for (int i = 0; i < update_count; i++) {
		owner_check(&updates[i].owner);
		owner_close(&updates[i].owner);
		if (i)
			close(updates[i].session_fd);
	}
	leak_check();
}

SCENARIO(fail_retrieve) = {
	.name = "failure/no-memory-retrieve",
	.proves = "a retrieve without memory can be repeated, finish needs none",
	.variants = "debug",
	.devices = STRINGS(ONE(E1000E, 1), ONE(E1000E, 2), ONE(E1000E, 3)),
	.cmdline = { "panic_on_warn=1", "panic_on_warn=1" },
	.stage = { first, second },
	.time_limit = 120,
};
