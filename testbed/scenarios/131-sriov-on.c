// SPDX-License-Identifier: GPL-2.0-or-later
/* A physical function, asked for while it has virtual functions and after */
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
	int session = CHECK_OK(luo_create("holdfast-131"));
	char *pf = pci_find(ID_IGB, 0);
	struct owner o;

	owner_open(&o, pf);
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "2"));
	CHECK_EQ(pci_count(ID_IGB_VF), 2);
	pci_check_preservable(pf, "sriov-enabled");
	CHECK_ERR(luo_preserve(session, o.dev, 1), EINVAL);
	pci_check_state(pf, "none");
	pci_check_state(pci_parent(pf), "none");
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "0"));
	CHECK_OK(luo_preserve(session, o.dev, 1));
	pci_check_state(pf, "preserved");
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 1, "liveupdate: cannot be preserved: .*: sriov-enabled$") != 1)
		complain(ev, "log: not one line for the refusal");
}

SCENARIO(sriov_on) = {
	.name = "131-sriov-on",
	.proves = "a function that has virtual functions is refused until they go",
	.devices = STRINGS(ONE(IGB, 1)),
	.cmdline = { "vfio-pci.enable_sriov=1" },
	.stage = { only },
	.judge = judge,
};
