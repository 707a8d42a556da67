// SPDX-License-Identifier: GPL-2.0-or-later
/* Kexec turns bus mastering off, but not on the path of a preserved device */
#include <linux/pci_regs.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void check_path(const char *bdf)
{
	for (char *up = pci_parent(bdf); up; up = pci_parent(up))
		CHECK(pci_read(up, PCI_COMMAND, 2) & PCI_COMMAND_MASTER,
		      "%s above %s is no bus master", up, bdf);
}

static void first(void)
{
	char *bdf = pci_find(ID_E1000E, 0);

	update_preserve("holdfast-bus-master", bdf);
	check_path(bdf);
	update_go();
}

static void second(void)
{
	check_path(pci_find(ID_E1000E, 0));
	update_take_back();
}

static void judge(struct evidence *ev)
{
	judge_updates(ev);
	judge_bus_master(ev);
}

SCENARIO(bus_master) = {
	.name = "kexec/bus-master",
	.proves = "bridges above a preserved device stay bus masters",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a")),
	.stage = { first, second },
	.judge = judge,
};

SCENARIO(bus_master_off) = {
	.name = "kexec/bus-master-negative",
	.proves = "mirror: a kexec that turns bus mastering off is seen",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a")),
	.cmdline = { "mirror=bus-master" },
	.stage = { first, update_take_back },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "bus master: turned off",
};
