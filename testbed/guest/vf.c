// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual functions of an igb whose physical function nobody has open */
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>

#include "igb.h"
#include "log.h"
#include "pci.h"
#include "pcisnap.h"
#include "util.h"
#include "vf.h"
#include "vfio.h"

volatile char *vf_start_pf(const char *pf, const char *driver)
{
	char *count = text("%d", VF_COUNT);
	volatile char *bar;

	pci_bind(pf, driver);
	if (!strcmp(driver, "vfio-pci"))
		CHECK_OK(vfio_set_token(pf));
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", count));
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
	free(count);
	for (int i = 0; i < VF_COUNT; i++)
		pci_announce(pci_find(ID_IGB_VF, i));
	pci_write(pf, PCI_COMMAND, 2, pci_read(pf, PCI_COMMAND, 2) |
		  PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	bar = igb_map(pf);
	igb_start(bar);
	return bar;
}

void vf_start(struct running *r, volatile char *pf_bar, unsigned int n)
{
	running_open(r, pci_find(ID_IGB_VF, n), receive_memory(VF_RING));
	receive_start(r, VF_RING);
	igb_feed(pf_bar, n);
}

void vf_bind_pf(const char *driver)
{
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
	pci_bind(pci_find(ID_IGB, 0), driver);
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
}
