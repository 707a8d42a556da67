// SPDX-License-Identifier: GPL-2.0-or-later
/* The main job, with an e1000e behind a switch */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-202", pci_find(ID_E1000E, 0));
	update_go();
}

SCENARIO(update_e1000e) = {
	.name = "202-e1000e",
	.proves = "the file of an e1000e behind a switch survives a kexec",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a")),
	.stage = { first, update_take_back },
	.judge = judge_plain_update,
};
