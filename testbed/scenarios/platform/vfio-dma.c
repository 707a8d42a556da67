// SPDX-License-Identifier: GPL-2.0-or-later
/* The ground under everything: vfio-pci over iommufd works in this machine */
#include <stdlib.h>

#include "log.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"

static void use(const char *id)
{
	struct owner o;
	char *bdf = pci_find(id, 0);

	owner_open(&o, bdf);
	owner_check(&o);
	owner_close(&o);
	/* Once more: closing leaves the device usable */
	owner_open(&o, bdf);
	owner_check(&o);
	owner_close(&o);
	say("%s (%s) works", bdf, id);
	free(bdf);
}

static void only(void)
{
	use(ID_EDU);
	use(ID_E1000E);
	use(ID_IGB);
	use(ID_NVME);
	use(ID_VIRTIO_NET);
	use(ID_XHCI);
}

SCENARIO(vfio_dma) = {
	.name = "platform/vfio-dma",
	.proves = "each device model answers and does DMA under vfio-pci",
	.variants = ALL_VARIANTS,
	.devices = STRINGS("-device", "pcie-root-port,id=rp1,chassis=1,addr=4",
			   "-device", "edu,bus=rp1",
			   "-device", "pcie-root-port,id=rp2,chassis=2,addr=5",
			   "-device", "x3130-upstream,id=up,bus=rp2",
			   "-device", "xio3130-downstream,id=d1,bus=up,chassis=3",
			   "-device", "xio3130-downstream,id=d2,bus=up,chassis=4,addr=1",
			   "-device", "e1000e,bus=d1,romfile=",
			   "-device", "igb,bus=d2,romfile=",
			   "-device", "pcie-root-port,id=rp3,chassis=5,addr=6",
			   "-device", "nvme,serial=x,bus=rp3",
			   "-device", "pcie-root-port,id=rp4,chassis=6,addr=7",
			   "-device", "virtio-net-pci,bus=rp4,romfile=,iommu_platform=on,disable-legacy=on",
			   "-device", "pcie-root-port,id=rp5,chassis=7,addr=8",
			   "-device", "qemu-xhci,bus=rp5"),
	.stage = { only },
};
