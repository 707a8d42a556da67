// SPDX-License-Identifier: GPL-2.0-or-later
/* The device is pulled out while it waits for its owner */
#include <errno.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"

static void first(void)
{
	update_preserve("holdfast-unplugged", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	struct update *u = &updates[0];

	update_recall();
	update_check_guarded();
	update_sessions();
	ask_host("unplug");
	CHECK_OK(pci_wait(u->owner.bdf, 0, 20));
	CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1), ENODEV);
	CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	CHECK_OK(luo_discard(u->session_fd));
	pci_check_state(pci_find(ID_ROOT_PORT, 0), "none");
}

static const struct host_action actions[] = {
	{ "unplug", "{\"execute\":\"device_del\",\"arguments\":"
		    "{\"id\":\"nic\"}}" },
	{ 0 },
};

SCENARIO(unplugged) = {
	.name = "failure/unplugged",
	.proves = "a device that is pulled out while it waits can be given up",
	.devices = STRINGS(ROOT_PORT(1),
			   "-device", "e1000e,id=nic,romfile=,bus=rp1"),
	.actions = actions,
	.stage = { first, second },
};
