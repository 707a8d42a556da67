// SPDX-License-Identifier: GPL-2.0-or-later
/* Storage for preserved devices grows after the first preserve */
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "pcisnap.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	char *bdf;

	update_preserve("holdfast-hotplug", pci_find(ID_EDU, 0));
	CHECK_EQ(pci_count(ID_E1000E), 0);
	ask_host("plug");
	bdf = pci_wait_for(ID_E1000E, 20);
	pci_announce(bdf);
	update_preserve("holdfast-hotplug", bdf);
	update_go();
}

static const struct host_action actions[] = {
	{ "plug", "{\"execute\":\"device_add\",\"arguments\":"
		  "{\"driver\":\"e1000e\",\"bus\":\"rp2\",\"romfile\":\"\"}}" },
	{ 0 },
};

SCENARIO(hotplug) = {
	.name = "preserve/hotplug",
	.proves = "a device plugged in after the first preserve is preserved",
	.devices = STRINGS(ONE(EDU, 1), ROOT_PORT(2)),
	.actions = actions,
	.stage = { first, update_take_back },
	.judge = judge_updates,
};
