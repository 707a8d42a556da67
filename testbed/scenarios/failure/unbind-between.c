// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The owner gave up the file, LUO still has it, and the driver is being unbound:
 * that waits for the file, and must not be waited for by who drops it.
 */
#include <errno.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "unbind.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-unbind-between", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	struct update *u = &updates[0];
	const char *bdf;
	pid_t pid;

	update_recall();
	update_check_guarded();
	update_bind();
	bdf = u->owner.bdf;
	update_sessions();
	close(CHECK_OK(luo_retrieve(u->session_fd, u->token)));
	close(CHECK_OK(luo_retrieve(u->session_fd, u->token + 1)));
	pci_check_state(bdf, "retrieved");

	pid = unbind_start(bdf);
	unbind_check_waits(pid);
	CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1), EBUSY);
	unbind_check_ended(pid);

	/* Nothing is lost */
	pci_check_state(bdf, "incoming");
	CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1), ENODEV);
	update_bind();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

SCENARIO(unbind_between) = {
	.name = "failure/unbind-between",
	.proves = "an unbind between two owners delays nobody for ever",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
	.leaks = 1,
};
