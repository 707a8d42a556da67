// SPDX-License-Identifier: GPL-2.0-or-later
/* Hot reset by the owner of a neighbour, while a device waits for its owner */
#include "log.h"
#include "neighbour.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-214", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	struct neighbour n;

	update_recall();
	update_check_guarded();
	update_bind();
	n = neighbour_open();
	say("hot reset: %s", err_name(vfio_hot_reset(n.dev)));
	neighbour_close(&n);
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

SCENARIO(hot_reset) = {
	.name = "214-hot-reset",
	.proves = "a neighbour's hot reset does not reach a waiting device",
	.devices = NEIGHBOURS,
	.stage = { first, second },
	.judge = judge_updates,
};

SCENARIO(hot_reset_unguarded) = {
	.name = "924-hot-reset",
	.proves = "mirror: without the guards a hot reset reaches the device",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.devices = NEIGHBOURS,
	.stage = { first, second },
	.judge = judge_updates,
	.expect = OUTCOME_WITNESS,
	.expect_text = "was reset",
};
