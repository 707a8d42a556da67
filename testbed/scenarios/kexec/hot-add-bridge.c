// SPDX-License-Identifier: GPL-2.0-or-later
/* A bridge is plugged in for which no bus number is left, while a device waits */
#include <linux/pci_regs.h>
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define ID_BRIDGE	"1b36:000e"

static void first(void)
{
	update_preserve("holdfast-hot-add-bridge", pci_find(ID_EDU, 0));
	update_go();
}

/* The port has the number of its own bus only, the next one is taken */
static void second(void)
{
	char *bdf;

	update_recall();
	update_check_guarded();
	ask_host("plug");
	bdf = pci_wait_for(ID_BRIDGE, 20);
	sleep(1);
	CHECK_EQ(pci_read(bdf, PCI_SECONDARY_BUS, 1), 0);
	pci_check_state(updates[0].owner.bdf, "incoming");
	update_bind();
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

static void judge(struct evidence *ev)
{
	judge_updates(ev);
	if (!log_count(ev, 2, "liveupdate: no bus number left in \\[bus 01\\]"))
		complain(ev, "log: kernel 2 does not say why it was not scanned");
}

static const struct host_action actions[] = {
	{ "plug", "{\"execute\":\"device_add\",\"arguments\":"
		  "{\"driver\":\"pcie-pci-bridge\",\"bus\":\"rp1\"}}" },
	{ 0 },
};

SCENARIO(hot_add_bridge) = {
	.name = "kexec/hot-add-bridge",
	.proves = "a bridge plugged in takes no bus number of a waiting device",
	.devices = STRINGS(ROOT_PORT(1), ONE(EDU, 2)),
	.actions = actions,
	.stage = { first, second },
	.judge = judge,
};

SCENARIO(hot_add_bridge_numbered) = {
	.name = "kexec/hot-add-bridge-negative",
	.proves = "mirror: a bridge that is given any number is seen",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.devices = STRINGS(ROOT_PORT(1), ONE(EDU, 2)),
	.cmdline = { "", "mirror=bus-beyond" },
	.actions = actions,
	.stage = { first, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "pci_read(bdf, PCI_SECONDARY_BUS, 1) is ",
};
