// SPDX-License-Identifier: GPL-2.0-or-later
/* The driver is bound only after a first attempt to retrieve */
#include <errno.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-bind-late", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	struct update *u = &updates[0];

	update_recall();
	update_check_guarded();
	update_sessions();
	for (int i = 0; i < 2; i++)
		CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1), ENODEV);
	CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	update_bind();
	update_check_doors_closed();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

SCENARIO(bind_late) = {
	.name = "failure/bind-late",
	.proves = "retrieve without the driver fails and can be repeated",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
	.judge = judge_updates,
};
