// SPDX-License-Identifier: GPL-2.0-or-later
/* The owner has the device file back, and finishes before it binds it */
#include <errno.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"

static void first(void)
{
	update_preserve("holdfast-unbound", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	struct update *u = &updates[0];
	char *bdf;
	int memfd, dev;

	update_recall();
	update_bind();
	bdf = text("%s", u->owner.bdf);
	update_sessions();
	memfd = CHECK_OK(luo_retrieve(u->session_fd, u->token));
	dev = CHECK_OK(luo_retrieve(u->session_fd, u->token + 1));
	for (int i = 0; i < 2; i++) {
		CHECK_ERR(luo_finish(u->session_fd), EBUSY);
		pci_check_state(bdf, "retrieved");
		CHECK_ERR(vfio_cdev_open(bdf), EBUSY);
	}
	owner_adopt(&u->owner, bdf, dev, memfd);
	CHECK_ERR(vfio_cdev_open(bdf), EBUSY);
	owner_check(&u->owner);
	update_finish();
	update_check_normal();
}

SCENARIO(finish_unbound) = {
	.name = "uapi/finish-unbound",
	.proves = "a session is not finished before its device is bound",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
};
