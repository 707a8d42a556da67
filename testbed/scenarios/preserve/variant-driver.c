// SPDX-License-Identifier: GPL-2.0-or-later
/* A vfio driver that knows more of its device than vfio-pci does */
#include <errno.h>

#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "vfio.h"
#include "witness.h"

static void only(void)
{
	int session = CHECK_OK(luo_create("holdfast-variant-driver"));
	char *bdf = pci_find(ID_VIRTIO_NET, 0);
	int dev;

	pci_bind(bdf, "virtio_vfio_pci");
	dev = CHECK_OK(vfio_cdev_open(bdf));
	CHECK_OK(vfio_bind(dev, CHECK_OK(iommufd_open())));
	CHECK_ERR(luo_preserve(session, dev, 1), ENOENT);
	pci_check_state(bdf, "none");
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 1, "liveupdate: file cannot be preserved: only the driver vfio-pci") != 1)
		complain(ev, "log: not one line for the refused file");
}

SCENARIO(variant_driver) = {
	.name = "preserve/variant-driver",
	.proves = "a device of a variant driver is refused with a reason",
	.variants = "module",
	.devices = STRINGS(ONE(VIRTIO_NET, 1)),
	.stage = { only },
	.judge = judge,
};
