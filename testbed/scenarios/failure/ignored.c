// SPDX-License-Identifier: GPL-2.0-or-later
/* In the new kernel nobody ever opens /dev/liveupdate */
#include <errno.h>
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"

static void first(void)
{
	update_preserve("holdfast-ignored", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	update_check_doors_closed();
	CHECK_OK(pci_unbind(updates[0].owner.bdf));
	pci_check_state(updates[0].owner.bdf, "incoming");
}

SCENARIO(ignored) = {
	.name = "failure/ignored",
	.proves = "a device nobody asks for stays guarded, and nothing breaks",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
};
