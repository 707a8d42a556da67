// SPDX-License-Identifier: GPL-2.0-or-later
/* ACS and ARI as they are in the old kernel, not as the new one would choose */
#include <linux/pci_regs.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

/* Something no default would be, but that isolates as well as that does */
#define ACS	(PCI_ACS_SV | PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_UF | PCI_ACS_DT)

static unsigned int acs_ctrl(const char *bdf)
{
	unsigned int acs = pci_ext_cap(bdf, PCI_EXT_CAP_ID_ACS);

	CHECK(acs, "%s has no ACS", bdf);
	return acs + PCI_ACS_CTRL;
}

static void first(void)
{
	char *bdf = pci_find(ID_IGB, 0), *port = pci_parent(bdf);
	unsigned int ctl2 = pci_cap(port, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL2;

	pci_write(port, acs_ctrl(port), 2, ACS);
	pci_write(port, ctl2, 2,
		  pci_read(port, ctl2, 2) ^ PCI_EXP_DEVCTL2_ARI);
	say("ACS %#x, DEVCTL2 %#x", pci_read(port, acs_ctrl(port), 2),
	    pci_read(port, ctl2, 2));
	CHECK_EQ(pci_read(port, acs_ctrl(port), 2), ACS);
	update_preserve("holdfast-acs", bdf);
	update_go();
}

/*
 * Also when it is lost and ACS is set up again. No port of QEMU that has ACS can be
 * reset; binding the port's driver takes the same way as the end of a reset does.
 */
static void second(void)
{
	char *port;

	update_take_back();
	port = pci_parent(updates[0].owner.bdf);
	CHECK_EQ(pci_read(port, acs_ctrl(port), 2), ACS);
	pci_write(port, acs_ctrl(port), 2, 0);
	CHECK_OK(pci_unbind(port));
	pci_bind(port, "pcieport");
	CHECK_EQ(pci_read(port, acs_ctrl(port), 2), ACS);
}

SCENARIO(acs) = {
	.name = "kexec/acs",
	.proves = "ACS and ARI settings are inherited, and set up again as inherited",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { first, second },
	.judge = judge_updates,
};

SCENARIO(acs_chosen) = {
	.name = "kexec/acs-negative",
	.proves = "mirror: a kernel that inherits no ACS sets up its own",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.devices = STRINGS(ONE(IGB, 1)),
	.cmdline = { "", "mirror=acs" },
	.stage = { first, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "pci_read(port, acs_ctrl(port), 2) is 0x1d",
};
