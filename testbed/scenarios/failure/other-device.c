// SPDX-License-Identifier: GPL-2.0-or-later
/* Another device in the place of the one that was preserved */
#include <errno.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-other-device", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	struct update *u = &updates[0];
	struct owner o;

	update_recall();
	update_check_guarded();
	update_sessions();
	ask_host("unplug");
	CHECK_OK(pci_wait(u->owner.bdf, 0, 20));
	ask_host("plug");
	CHECK(!strcmp(pci_wait_for(ID_EDU, 20), u->owner.bdf),
	      "the device was not plugged in at %s", u->owner.bdf);

	CHECK(!*pci_driver(u->owner.bdf), "a driver was bound to it");
	pci_check_state(u->owner.bdf, "incoming");
	pci_bind(u->owner.bdf, "vfio-pci");
	CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1), ENODEV);
	CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	CHECK_OK(luo_discard(u->session_fd));
	pci_check_state(u->owner.bdf, "none");
	pci_check_state(pci_parent(u->owner.bdf), "none");
	owner_open(&o, u->owner.bdf);
	owner_check(&o);
	owner_close(&o);
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 2, "8086:10d3 was preserved here, not 1234:11e8$") != 1)
		complain(ev, "log: kernel 2 does not tell both devices");
}

static const struct host_action actions[] = {
	{ "unplug", "{\"execute\":\"device_del\",\"arguments\":"
		    "{\"id\":\"nic\"}}" },
	{ "plug", "{\"execute\":\"device_add\",\"arguments\":"
		  "{\"driver\":\"edu\",\"bus\":\"rp1\"}}" },
	{ 0 },
};

SCENARIO(other_device) = {
	.name = "failure/other-device",
	.proves = "another device in the same place is not taken for the old one",
	.devices = STRINGS(ROOT_PORT(1),
			   "-device", "e1000e,id=nic,romfile=,bus=rp1"),
	.actions = actions,
	.stage = { first, second },
	.judge = judge,
};
