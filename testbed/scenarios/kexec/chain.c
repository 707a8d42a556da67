// SPDX-License-Identifier: GPL-2.0-or-later
/* Five kernels; while one device comes in, another one is on its way out */
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "stage.h"
#include "update.h"
#include "witness.h"

/* Session names do not repeat, so that none is taken for an old one */
static char *session(const char *which)
{
	return text("holdfast-chain-%s-%d", which, stage.number);
}

static void first(void)
{
	update_preserve(session("a"), pci_find(ID_E1000E, 0));
	update_preserve(session("a"), pci_find(ID_EDU, 0));
	update_preserve(session("b"), pci_find(ID_NVME, 0));
	update_go();
}

/* Both bridges that this device has and its neighbour has, too */
static void check_ports(const char *bdf, const char *state)
{
	char *up = pci_parent(pci_parent(bdf));

	pci_check_state(up, state);
	pci_check_state(pci_parent(up), state);
}

/* Those of the first session go out before the second one is finished */
static void between(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();

	update_finish_session(updates[0].session);
	update_preserve_owner(&updates[0], session("a"));
	update_preserve_owner(&updates[1], session("a"));
	pci_check_state(updates[2].owner.bdf, "retrieved");
	/* The port above two of them is needed in both directions */
	check_ports(updates[0].owner.bdf, "incoming preserved");

	update_finish_session(updates[2].session);
	check_ports(updates[0].owner.bdf, "preserved");
	mark(MARK_FINISHED);
	update_preserve_owner(&updates[2], session("b"));
	update_go();
}

SCENARIO(chain) = {
	.name = "kexec/chain",
	.proves = "devices go through five kernels, some in while others out",
	.devices = STRINGS(ONE(EDU, 1), ROOT_PORT(2), SWITCH(2),
			   E1000E("up2a"), NVME("up2b")),
	.stage = { first, between, between, between, update_take_back },
	.leaks = 1,
	.judge = judge_updates,
	.time_limit = 150,
};
