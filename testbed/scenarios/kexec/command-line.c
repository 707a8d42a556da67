// SPDX-License-Identifier: GPL-2.0-or-later
/* Words on the new kernel's command line that would change the fabric */
#include <linux/pci_regs.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "pcisnap.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define ACS_OFF	"config_acs=0000000@pci:0:0"

static unsigned int acs(const char *port)
{
	unsigned int cap = pci_ext_cap(port, PCI_EXT_CAP_ID_ACS);

	CHECK(cap, "%s has no ACS", port);
	return pci_read(port, cap + PCI_ACS_CTRL, 2);
}

static void first(void)
{
	CHECK(acs(pci_find(ID_ROOT_PORT, 0)), "ACS is off on the first port");
	CHECK(acs(pci_find(ID_ROOT_PORT, 1)), "ACS is off on the second port");
	update_preserve("holdfast-command-line", pci_find(ID_E1000E, 0));
	update_go();
}

/* The port beside the preserved path shows that the word was understood */
static void second(void)
{
	char *edu = pci_find(ID_EDU, 1), *port = pci_parent(edu);

	CHECK(acs(pci_find(ID_ROOT_PORT, 0)),
	      "ACS of the port above the preserved device was turned off");
	CHECK_EQ(acs(port), 0);
	pcisnap_exclude(port);
	pcisnap_exclude(edu);
	update_take_back();
}

#define DEVICES STRINGS(ROOT_PORT(1), SWITCH(1), EDU("up1a"),	\
			E1000E("up1b"), ONE(EDU, 2))

SCENARIO(command_line) = {
	.name = "kexec/command-line",
	.proves = "bus numbers, ACS and groups resist the new command line",
	.devices = DEVICES,
	.cmdline = { "", "pci=assign-busses," ACS_OFF },
	.stage = { first, second },
	.judge = judge_updates,
};

SCENARIO(command_line_renumbers) = {
	.name = "kexec/command-line-negative",
	.proves = "mirror: a kernel that follows pci=assign-busses renumbers",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.devices = DEVICES,
	.cmdline = { "", "pci=assign-busses" },
	.stage = { first, update_take_back },
	.judge = judge_updates,
	.expect = OUTCOME_WITNESS,
	.expect_text = "bus numbers: bridge",
};

SCENARIO(command_line_acs) = {
	.name = "kexec/command-line-acs-negative",
	.proves = "mirror: a kernel that inherits no ACS follows config_acs",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.devices = DEVICES,
	.cmdline = { "", "pci=" ACS_OFF " mirror=acs" },
	.stage = { first, second },
	.judge = judge_updates,
	.expect = OUTCOME_GUEST,
	.expect_text = "above the preserved device was turned off",
};
