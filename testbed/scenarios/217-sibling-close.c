// SPDX-License-Identifier: GPL-2.0-or-later
/* A neighbour that needs a reset is closed, while a device waits for its owner */
#include "neighbour.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-217", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	struct neighbour n;

	update_recall();
	update_check_guarded();
	update_bind();
	n = neighbour_open();
	/* It can only be reset through the bus, and says so */
	vfio_reset(n.dev);
	neighbour_close(&n);
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

SCENARIO(sibling_close) = {
	.name = "217-sibling-close",
	.proves = "closing a neighbour does not reset a waiting device",
	.devices = NEIGHBOURS,
	.stage = { first, second },
	.judge = judge_updates,
};

SCENARIO(sibling_close_unguarded) = {
	.name = "927-sibling-close",
	.proves = "mirror: without the guards the close resets the device",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.devices = NEIGHBOURS,
	.stage = { first, second },
	.judge = judge_updates,
	.expect = OUTCOME_WITNESS,
	.expect_text = "was reset",
};
