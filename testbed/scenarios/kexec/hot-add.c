// SPDX-License-Identifier: GPL-2.0-or-later
/* A device is plugged in while another one waits for its owner */
#include "log.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-hot-add", pci_find(ID_EDU, 0));
	update_go();
}

static void second(void)
{
	struct owner o;
	char *bdf;

	update_recall();
	update_check_guarded();
	ask_host("plug");
	bdf = pci_wait_for(ID_E1000E, 20);
	pci_check_state(bdf, "none");
	pci_check_state(pci_parent(bdf), "none");
	owner_open(&o, bdf);
	owner_check(&o);
	owner_close(&o);

	pci_check_state(updates[0].owner.bdf, "incoming");
	update_bind();
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

static const struct host_action actions[] = {
	{ "plug", "{\"execute\":\"device_add\",\"arguments\":"
		  "{\"driver\":\"e1000e\",\"bus\":\"rp2\",\"romfile\":\"\"}}" },
	{ 0 },
};

SCENARIO(hot_add) = {
	.name = "kexec/hot-add",
	.proves = "a device can be plugged in while another one waits",
	.devices = STRINGS(ONE(EDU, 1), ROOT_PORT(2)),
	.actions = actions,
	.stage = { first, second },
	.judge = judge_updates,
};
