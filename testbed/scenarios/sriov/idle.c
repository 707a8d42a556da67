// SPDX-License-Identifier: GPL-2.0-or-later
/* A virtual function is reset on the way and handed over idle; its parent is not */
#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vf.h"
#include "witness.h"

static void first(void)
{
	char *pf = pci_find(ID_IGB, 0);

	vf_start_pf(pf, "pci-pf-stub");
	update_preserve("holdfast-vf-idle", pci_find(ID_IGB_VF, 0));
	CHECK(pci_attr_is(pf, "liveupdate/running", "1"),
	      "the physical function would be set up anew");
	update_go();
}

static void second(void)
{
	vf_bind_pf("pci-pf-stub");
	update_take_back();
}

SCENARIO(vf_idle) = {
	.name = "sriov/idle",
	.proves = "a virtual function that is handed over idle leaves its siblings and its parent alone",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { first, second },
	.judge = judge_updates,
};
