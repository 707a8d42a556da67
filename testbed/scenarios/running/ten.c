// SPDX-License-Identifier: GPL-2.0-or-later
/* Ten live updates in a row of a NIC, see ten.h */
#include "machines.h"
#include "pci.h"
#include "running/ten.h"

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_E1000E, 0), receive_memory(RECEIVE_MAX));
	kho_count("before");
	receive_start(r, RECEIVE_MAX);
	ten_start(r);
}

static void between(void)
{
	running_recall();
	ten_between(&running[0]);
}

static void last(void)
{
	running_recall();
	ten_end(&running[0]);
}

SCENARIO(ten) = {
	.name = "running/ten",
	.proves = "no packet is lost through ten kexecs in a row",
	.devices = STRINGS(ONE(E1000E_FED, 1)),
	.shared_memory = 1,
	.time_limit = 360,
	.stage = TEN_STAGES(first, between, last),
	.judge = ten_judge,
};
