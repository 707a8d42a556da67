// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What nobody may do to a physical function while one of its virtual functions is
 * preserved, and what is refused of both.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "vf.h"
#include "vfio.h"
#include "witness.h"

static void check_vfs(const char *pf)
{
	CHECK(pci_attr_is(pf, "sriov_numvfs", "2"), "sriov_numvfs changed");
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
}

/* Opening it would reset it; so would VFIO_DEVICE_RESET of who has it open */
static void check_open(const char *pf)
{
	int dev = CHECK_OK(vfio_cdev_open(pf)), iommufd = CHECK_OK(iommufd_open());

	CHECK_ERR(vfio_bind(dev, iommufd), EBUSY);
	close(dev);
	close(iommufd);
}

static void doors(void)
{
	char *pf = pci_find(ID_IGB, 0);
	struct running *r = &running[0];

	vf_start(r, vf_start_pf(pf, "vfio-pci"), 0);
	pci_check_preservable(pf, NULL);
	running_preserve(r, VF_SESSION);
	pci_check_state(pf, "preserved");
	CHECK_ERR(pci_attr_write(pf, "sriov_numvfs", "0"), EBUSY);
	CHECK_ERR(pci_attr_write(pf, "reset", "1"), EBUSY);
	CHECK_ERR(pci_attr_write(pf, "remove", "1"), EBUSY);
	check_open(pf);
	check_vfs(pf);
	running_give_up();
	pci_check_state(pf, "none");
	CHECK_OK(pci_attr_write(pf, "reset", "1"));
	running_close(r);
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "0"));
	CHECK_EQ(pci_count(ID_IGB_VF), 0);
}

SCENARIO(vf_doors) = {
	.name = "sriov/doors",
	.proves = "nobody takes a preserved virtual function from its physical one",
	.devices = STRINGS(ONE(IGB, 1)),
	.cmdline = { SRIOV_ALLOWED },
	.stage = { doors },
};

/* A driver that would take its virtual functions down, and a reset that would */
static void refused(void)
{
	int session = CHECK_OK(luo_create("holdfast-vf-refused"));
	char *pf = pci_find(ID_NVME, 0), *vf;
	struct owner o;

	CHECK_OK(pci_attr_write(pf, "sriov_drivers_autoprobe", "0"));
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "1"));
	vf = pci_find(ID_NVME, 1);
	pci_check_preservable(vf, "physfn-driver");
	owner_open(&o, vf);
	CHECK_ERR(luo_preserve(session, o.dev, 1), EINVAL);
	pci_check_state(vf, "none");
	pci_check_state(pf, "none");
	owner_close(&o);
	CHECK_OK(pci_unbind(vf));
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "0"));
	pci_check_preservable(pf, NULL);

	pf = pci_find(ID_IGB, 0);
	owner_open(&o, pf);
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "2"));
	CHECK_ERR(luo_preserve(session, o.dev, 1), EINVAL);
	pci_check_state(pf, "none");
	pci_check_state(pci_parent(pf), "none");
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "0"));
	CHECK_OK(luo_preserve(session, o.dev, 1));
	pci_check_state(pf, "preserved");
}

static void judge_refused(struct evidence *ev)
{
	if (log_count(ev, 1, "cannot be preserved: .*: physfn-driver$") != 1)
		complain(ev, "log: not one line for the refused function");
	if (log_count(ev, 1, "it has virtual functions, which its reset would end") != 1)
		complain(ev, "log: not one line for the physical function");
}

SCENARIO(vf_refused) = {
	.name = "sriov/refused",
	.proves = "a virtual function whose parent's driver takes it down is refused, and a parent that would be reset",
	.devices = STRINGS(ONE(NVME_VFS, 1), ONE(IGB, 2)),
	.cmdline = { SRIOV_ALLOWED },
	.stage = { refused },
	.judge = judge_refused,
};
