// SPDX-License-Identifier: GPL-2.0-or-later
/* Plugging beside a waiting device, below the same preserved switch */
#include "log.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-hot-add-below", pci_find(ID_EDU, 0));
	update_go();
}

static void use(const char *bdf)
{
	struct owner o;

	owner_open(&o, bdf);
	owner_check(&o);
	owner_close(&o);
}

/* What was there is pulled out; something else comes, and goes as well */
static void second(void)
{
	char *bdf;

	update_recall();
	update_check_guarded();
	ask_host("unplug-other");
	CHECK_OK(pci_wait(pci_find(ID_NVME, 0), 0, 20));
	pci_check_state(updates[0].owner.bdf, "incoming");

	ask_host("plug");
	bdf = pci_wait_for(ID_E1000E, 20);
	pci_check_state(bdf, "none");
	pci_check_state(pci_parent(bdf), "none");
	pci_check_state(pci_parent(pci_parent(bdf)), "incoming");
	use(bdf);
	CHECK_OK(pci_unbind(bdf));
	ask_host("unplug");
	CHECK_OK(pci_wait(bdf, 0, 20));

	pci_check_state(updates[0].owner.bdf, "incoming");
	update_bind();
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

static const struct host_action actions[] = {
	{ "unplug-other", "{\"execute\":\"device_del\",\"arguments\":"
			  "{\"id\":\"other\"}}" },
	{ "plug", "{\"execute\":\"device_add\",\"arguments\":"
		  "{\"driver\":\"e1000e\",\"id\":\"nic\",\"bus\":\"up1b\","
		  "\"romfile\":\"\"}}" },
	{ "unplug", "{\"execute\":\"device_del\",\"arguments\":"
		    "{\"id\":\"nic\"}}" },
	{ 0 },
};

SCENARIO(hot_add_below) = {
	.name = "kexec/hot-add-below",
	.proves = "others come and go below the bridges of a waiting device",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), EDU("up1a"), ROOT_PORT(2),
			   "-device", "nvme,serial=x,id=other,bus=rp2"),
	.actions = actions,
	.stage = { first, second },
	.judge = judge_updates,
};
