// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual functions, and their parent while it has some */
#include <errno.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "witness.h"

static void only(void)
{
	char *pf = pci_find(ID_NVME, 0), *vf;
	int session = CHECK_OK(luo_create("holdfast-112"));
	struct owner o;

	pci_check_preservable(pf, NULL);
	CHECK_OK(pci_attr_write(pf, "sriov_drivers_autoprobe", "0"));
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "1"));
	pci_check_preservable(pf, "sriov-enabled");
	vf = pci_find(ID_NVME, 1);
	pci_check_preservable(vf, "virtual-function");
	owner_open(&o, vf);
	CHECK_ERR(luo_preserve(session, o.dev, 1), ENOENT);
	pci_check_state(vf, "none");
	owner_close(&o);
	CHECK_OK(pci_unbind(vf));
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "0"));
	pci_check_preservable(pf, NULL);
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 1, "liveupdate: .*virtual function") != 1)
		complain(ev, "log: not one line for the refused function");
}

SCENARIO(virtual_function) = {
	.name = "112-virtual-function",
	.proves = "a virtual function is refused and the reason can be read",
	.devices = STRINGS("-device", "nvme-subsys,id=s0", ROOT_PORT(1),
			   "-device", "nvme,serial=x,bus=rp1,subsys=s0,"
			   "sriov_max_vfs=4,sriov_vq_flexible=8,"
			   "sriov_vi_flexible=4,max_ioqpairs=16,msix_qsize=17"),
	.stage = { only },
	.judge = judge,
};
