// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: something in the PCI tree differs after the kexec */
#include <linux/pci_regs.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "pcisnap.h"
#include "scenario.h"

static void first(void)
{
	pcisnap_carry();
	pci_write(pci_find(ID_EDU, 0), PCI_INTERRUPT_LINE, 1, 0x42);
	kexec_next();
}

static void second(void)
{
	pcisnap_check("command master");
}

SCENARIO(pci_tree) = {
	.name = "917-pci-tree",
	.proves = "mirror: the comparison of the PCI trees sees one register",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { first, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "PCI tree: 1 differences",
};
