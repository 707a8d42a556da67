// SPDX-License-Identifier: GPL-2.0-or-later
/* What the verb "demo" runs: two owners, each with a device and a session */
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

static void first(void)
{
	struct update *u[2];

	u[0] = update_preserve("vm-red", pci_find(ID_E1000E, 0));
	u[1] = update_preserve("vm-blue", pci_find(ID_NVME, 0));
	mark(MARK_USER);
	for (int i = 0; i < 2; i++)
		say("demo: %s tokens %#x %#x", u[i]->owner.bdf, u[i]->token,
		    u[i]->token + 1);
	update_go();
}

static int open_through_group(const char *bdf)
{
	int container = CHECK_OK(vfio_container_open());
	int group = CHECK_OK(vfio_group_open(bdf));
	int ret = vfio_group_set_container(group, container);

	if (!ret)
		ret = vfio_group_get_device(group, bdf);
	close(group);
	close(container);
	return ret;
}

/* Somebody else comes along before the owners are back */
static void intruder(const char *bdf)
{
	int cdev = vfio_cdev_open(bdf);
	int group = open_through_group(bdf);

	say("demo: %s intruder cdev=%s group=%s", bdf, err_name(cdev),
	    err_name(group));
}

static void second(void)
{
	update_recall();
	for (int i = 0; i < update_count; i++)
		say("demo: %s driver=%s", updates[i].owner.bdf,
		    *pci_driver(updates[i].owner.bdf) ?
		    pci_driver(updates[i].owner.bdf) : "none");
	update_check_guarded();
	update_bind();
	for (int i = 0; i < update_count; i++)
		intruder(updates[i].owner.bdf);
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

SCENARIO(demo) = {
	.name = "050-demo",
	.proves = "the live update of the demo: an nvme, and an e1000e behind a switch",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a"),
			   ONE(NVME, 2)),
	.stage = { first, second },
	.judge = judge_updates,
};
