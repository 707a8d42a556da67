// SPDX-License-Identifier: GPL-2.0-or-later
/* Every allocation in retrieve and finish fails once */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fault.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"

#define LIMIT	400
#define SWEEPS	4

/*
 * The first two share a session: while one of them is not retrieved the
 * session does not end when it is closed. Of the others each has its own, as
 * a session ends only once.
 */
static void first(void)
{
	update_preserve("holdfast-353", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-353", pci_find(ID_E1000E, 1));
	for (int i = 0; i < SWEEPS; i++)
		update_preserve(text("holdfast-353-%d", i),
				pci_find(ID_E1000E, 2 + i));
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

/* Return: was a fault injected into the finish that ended the session? */
static int sweep_finish(struct update *u, int *n)
{
	for (; *n < LIMIT; ++*n) {
		int ret, fired;

		fault_arm(*n);
		ret = luo_finish(u->session_fd);
		fired = fault_disarm();
		if (!ret) {
			pci_check_state(u->owner.bdf, "none");
			return fired;
		}
		CHECK(fired, "finish: %s without a fault", err_name(ret));
		pci_check_state(u->owner.bdf, "retrieved");
	}
	FAIL("finish: no end after %d sites", LIMIT);
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
	int n = 1, fired = 1;

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
	for (int i = 2; i < update_count && fired; i++, n++)
		fired = sweep_finish(&updates[i], &n);
	CHECK(!fired, "finish: sites are left after %d sessions", SWEEPS);
	say("finish: %d sites failed once", n - 2);

	for (int i = 0; i < update_count; i++) {
		owner_check(&updates[i].owner);
		owner_close(&updates[i].owner);
		if (i)
			close(updates[i].session_fd);
	}
	leak_check();
}

SCENARIO(fail_retrieve) = {
	.name = "353-fail-retrieve",
	.proves = "a failed allocation in retrieve or finish can be repeated",
	.variants = "debug",
	.devices = STRINGS(ONE(E1000E, 1), ONE(E1000E, 2), ONE(E1000E, 3),
			   ONE(E1000E, 4), ONE(E1000E, 5), ONE(E1000E, 6)),
	.cmdline = { "panic_on_warn=1", "panic_on_warn=1" },
	.stage = { first, second },
	.time_limit = 120,
};
