/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A function beside a device, in the same slot and IOMMU group */
#ifndef TESTBED_SCENARIOS_NEIGHBOUR_H
#define TESTBED_SCENARIOS_NEIGHBOUR_H

#include <unistd.h>

#include "iommufd.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "vfio.h"

/* Function 0 can only be reset through the bus, which hits function 1 */
#define NEIGHBOURS STRINGS(ROOT_PORT(1),				\
	"-device", "qemu-xhci,bus=rp1,addr=0.0,multifunction=on",	\
	"-device", "e1000e,romfile=,bus=rp1,addr=0.1")

struct neighbour {
	int iommufd;
	int dev;
};

static inline struct neighbour neighbour_open(void)
{
	char *bdf = pci_find(ID_XHCI, 0);
	struct neighbour n;

	pci_bind(bdf, "vfio-pci");
	n.iommufd = CHECK_OK(iommufd_open());
	n.dev = CHECK_OK(vfio_cdev_open(bdf));
	CHECK_OK(vfio_bind(n.dev, n.iommufd));
	return n;
}

static inline void neighbour_close(struct neighbour *n)
{
	close(n->dev);
	close(n->iommufd);
}

#endif
