// SPDX-License-Identifier: GPL-2.0-or-later
/* Resets and removal through sysfs, while a device waits for its owner */
#include "log.h"
#include "neighbour.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-218", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	char *bdf;

	update_recall();
	update_check_guarded();
	update_bind();
	bdf = updates[0].owner.bdf;
	CHECK(pci_attr_write(bdf, "reset", "1") < 0,
	      "%s: sysfs reset of a preserved device worked", bdf);
	CHECK(pci_attr_write(pci_parent(bdf), "reset_subordinate", "1") < 0,
	      "%s: the bus above it was reset", bdf);
	CHECK(pci_attr_write(bdf, "remove", "1") < 0,
	      "%s: sysfs remove of a preserved device worked", bdf);
	CHECK_OK(file_write("/sys/bus/pci/rescan", "1", 1));
	pci_check_state(bdf, "incoming");
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

SCENARIO(sysfs_reset) = {
	.name = "218-sysfs-reset",
	.proves = "a waiting device is not reset or removed through sysfs",
	.devices = NEIGHBOURS,
	.stage = { first, second },
	.judge = judge_updates,
};

SCENARIO(sysfs_reset_unguarded) = {
	.name = "928-sysfs-reset",
	.proves = "mirror: without the guards sysfs resets the device",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.devices = NEIGHBOURS,
	.stage = { first, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "sysfs reset of a preserved device worked",
};
