// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IOMMUs whose drivers cannot hand page tables over: the owner is told so when it
 * asks for it, and can still have its device reset on the way.
 */
#include <errno.h>
#include <unistd.h>

#include "evidence.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define SIZE	(64 << 10)
/* Emulated without remapping of interrupts, which is not the point here */
#define UNSAFE	"iommufd.allow_unsafe_interrupts=1 " \
		"vfio_iommu_type1.allow_unsafe_interrupts=1"

static void refuse(int with_device)
{
	struct running *r = &running[0];
	int session;

	running_open(r, pci_find(ID_EDU, 0), SIZE);
	CHECK_ERR(iommufd_mark(r->owner.iommufd, r->hwpt), EOPNOTSUPP);
	session = CHECK_OK(luo_create("holdfast-other-iommu-in-vain"));
	CHECK_OK(luo_preserve(session, r->owner.memfd, 1));
	CHECK_OK(luo_preserve(session, r->owner.iommufd, 2));
	if (with_device)
		CHECK_ERR(luo_preserve(session, r->owner.dev, 3), EINVAL);
	close(session);
	running_close(r);
}

static void refused(void)
{
	refuse(1);
}

static void judge_refused(struct evidence *ev)
{
	if (log_count(ev, 1, "HWPT [0-9]+: cannot be marked: the driver of its IOMMU") != 1)
		complain(ev, "log: the reason is not given");
}

/* What QEMU emulates of it is not enough for DMA: no more than the refusal */
SCENARIO(other_iommu_amd) = {
	.name = "platform/amd-iommu",
	.proves = "AMD's IOMMU refuses to keep a device running, with a reason",
	.iommu = "amd-iommu",
	.devices = STRINGS(ONE(EDU, 1)),
	.cmdline = { UNSAFE },
	.stage = { refused },
	.judge = judge_refused,
};

/* The judge of the update counts what the log says of the device */
static void first(void)
{
	refuse(0);
	update_preserve("holdfast-other-iommu", pci_find(ID_EDU, 0));
	update_go();
}

static void judge(struct evidence *ev)
{
	judge_refused(ev);
	judge_plain_update(ev);
}

SCENARIO(other_iommu_virtio) = {
	.name = "platform/virtio-iommu",
	.proves = "virtio-iommu refuses to keep a device running, and hands it over idle",
	.iommu = "virtio-iommu-pci,aw-bits=48",
	.devices = STRINGS(ONE(EDU, 1)),
	.cmdline = { UNSAFE, UNSAFE },
	.stage = { first, update_take_back },
	.judge = judge,
};
