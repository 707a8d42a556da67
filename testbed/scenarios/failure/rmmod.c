// SPDX-License-Identifier: GPL-2.0-or-later
/* Removing the driver's module in the new kernel, at each step */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "stage.h"
#include "update.h"
#include "witness.h"

static int rmmod(void)
{
	return syscall(SYS_delete_module, "vfio_pci", O_NONBLOCK) ? -errno : 0;
}

static void first(void)
{
	update_preserve("holdfast-rmmod", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	char bdf[16];

	update_recall();
	memcpy(bdf, updates[0].owner.bdf, sizeof(bdf));
	update_check_guarded();

	/* Nobody has asked for the sessions yet */
	CHECK_OK(rmmod());
	update_check_guarded();
	stage_load_modules();
	update_check_guarded();
	mark(MARK_BIND);
	pci_bind(bdf, "vfio-pci");
	CHECK_OK(rmmod());
	update_check_guarded();
	stage_load_modules();
	/* driver_override still names it */
	CHECK(!strcmp(pci_driver(bdf), "vfio-pci"), "the driver is '%s'",
	      pci_driver(bdf));
	pci_check_state(bdf, "incoming");

	/* From here on files wait for the module */
	update_sessions();
	CHECK_ERR(rmmod(), EAGAIN);
	update_check_doors_closed();
	CHECK_ERR(rmmod(), EAGAIN);
	update_retrieve_all();
	CHECK_ERR(rmmod(), EAGAIN);
	owner_check(&updates[0].owner);
	update_finish();
	CHECK_ERR(rmmod(), EAGAIN);
	update_check_normal();
	CHECK_OK(rmmod());
	pci_check_state(bdf, "none");
}

SCENARIO(rmmod_waiting) = {
	.name = "failure/rmmod",
	.proves = "vfio-pci cannot be unloaded while a file waits for it",
	.variants = "module",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
	.judge = judge_updates,
};
