// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of device files that are damaged, in each way that can be noticed */
#include <errno.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-file-damage", pci_find(ID_E1000E, 0));
	update_go();
}

static struct update *wait_for_owner(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();
	return &updates[0];
}

/* The record tells which device it is, so that this one can be given up */
static void discarded(void)
{
	struct update *u = wait_for_owner();
	struct owner o;

	CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1), EINVAL);
	CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	CHECK_OK(luo_discard(u->session_fd));
	pci_check_state(u->owner.bdf, "none");
	owner_open(&o, u->owner.bdf);
	owner_check(&o);
	owner_close(&o);
}

/* It does not: the device stays closed to all, and nothing else happens */
static void kept(int error)
{
	struct update *u = wait_for_owner();

	CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1), error);
	CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	CHECK_ERR(luo_discard(u->session_fd), EBUSY);
	pci_check_state(u->owner.bdf, "incoming");
	CHECK_ERR(vfio_cdev_open(u->owner.bdf), EBUSY);
}

static void kept_other_place(void)
{
	kept(ENODEV);
}

static void kept_no_address(void)
{
	kept(EINVAL);
}

static void judge_reserved(struct evidence *ev)
{
	if (!log_count(ev, 2, "liveupdate: cannot be retrieved: what the previous kernel wrote is damaged$"))
		complain(ev, "log: kernel 2 does not say what is damaged");
}

static void judge_place(struct evidence *ev)
{
	if (!log_count(ev, 2, "liveupdate: 0000:ff:00.0 cannot be discarded: it was not handed over, or is in use$"))
		complain(ev, "log: kernel 2 does not say what is damaged");
}

static void judge_address(struct evidence *ev)
{
	if (!log_count(ev, 2, "liveupdate: no preserved page at 0x[0-9a-f]+8$"))
		complain(ev, "log: kernel 2 does not say what is damaged");
}

#define DEVICES STRINGS(ONE(E1000E, 1))

SCENARIO(file_reserved) = {
	.name = "versions/file-reserved",
	.proves = "a damaged record of a device file is refused and discarded",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=file-reserved" },
	.devices = DEVICES,
	.stage = { first, discarded },
	.judge = judge_reserved,
};

SCENARIO(file_place) = {
	.name = "versions/file-place",
	.proves = "a record of a device that was not handed over is refused",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=file-place" },
	.devices = DEVICES,
	.stage = { first, kept_other_place },
	.judge = judge_place,
};

SCENARIO(file_address) = {
	.name = "versions/file-address",
	.proves = "a record at a bad address is refused and left alone",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=file-address" },
	.devices = DEVICES,
	.stage = { first, kept_no_address },
	.judge = judge_address,
};
