// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual functions cannot be made once the parent is preserved */
#include <errno.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	struct update *u = update_preserve("holdfast-late",
					   pci_find(ID_IGB, 0));

	CHECK_ERR(pci_attr_write(u->owner.bdf, "sriov_numvfs", "2"), EBUSY);
	CHECK_EQ(pci_count(ID_IGB_VF), 0);
	update_go();
}

SCENARIO(sriov_late) = {
	.name = "sriov/late",
	.proves = "no virtual functions are made of a preserved device",
	.devices = STRINGS(ONE(IGB, 1)),
	.cmdline = { "vfio-pci.enable_sriov=1", "vfio-pci.enable_sriov=1" },
	.stage = { first, update_take_back },
	.judge = judge_updates,
};
