// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ten live updates in a row of a virtual function: eleven kernels find it again, and
 * leave SR-IOV of the physical function as the first one set it up.
 */
#include "igb.h"
#include "machines.h"
#include "pci.h"
#include "running/ten.h"
#include "vf.h"

#define STUB	"pci-pf-stub"

static void first(void)
{
	volatile char *bar = vf_start_pf(pci_find(ID_IGB, 0), STUB);
	struct running *r = &running[0];

	running_open(r, pci_find(ID_IGB_VF, 0), receive_memory(RECEIVE_MAX));
	kho_count("before");
	receive_start(r, RECEIVE_MAX);
	igb_feed(bar, 0);
	ten_start(r);
}

static void between(void)
{
	running_recall();
	vf_bind_pf(STUB);
	ten_between(&running[0]);
}

static void last(void)
{
	running_recall();
	vf_bind_pf(STUB);
	ten_end(&running[0]);
}

SCENARIO(vf_ten) = {
	.name = "sriov/ten",
	.proves = "a virtual function loses no packet through ten kexecs in a row",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.shared_memory = 1,
	.time_limit = 360,
	.stage = TEN_STAGES(first, between, last),
	.judge = ten_judge,
};
