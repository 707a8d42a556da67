// SPDX-License-Identifier: GPL-2.0-or-later
/* Ways to reset a device from the side, while it waits for its owner */
#include <errno.h>
#include <unistd.h>

#include "iommufd.h"
#include "log.h"
#include "machines.h"
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

/* A function of the same slot that can only be reset through the bus */
static void use_sibling(const char *bdf)
{
	int iommufd = CHECK_OK(iommufd_open()), dev;

	pci_bind(bdf, "vfio-pci");
	dev = CHECK_OK(vfio_cdev_open(bdf));
	CHECK_OK(vfio_bind(dev, iommufd));
	CHECK(vfio_hot_reset(dev) < 0, "a hot reset hit a preserved device");
	vfio_reset(dev);
	close(dev);
	close(iommufd);
}

static void second(void)
{
	char *bdf;

	update_recall();
	update_check_guarded();
	update_bind();
	bdf = updates[0].owner.bdf;
	use_sibling(pci_find(ID_XHCI, 0));
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

SCENARIO(sibling_reset) = {
	.name = "214-sibling-reset",
	.proves = "a waiting device is not reset through siblings or sysfs",
	.devices = STRINGS(ROOT_PORT(1),
			   "-device", "qemu-xhci,bus=rp1,addr=0.0,multifunction=on",
			   "-device", "e1000e,romfile=,bus=rp1,addr=0.1"),
	.stage = { first, second },
	.judge = judge_updates,
};
