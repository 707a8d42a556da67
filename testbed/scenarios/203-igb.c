// SPDX-License-Identifier: GPL-2.0-or-later
/* The main job, with an igb physical function */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-203", pci_find(ID_IGB, 0));
	update_go();
}

SCENARIO(update_igb) = {
	.name = "203-igb",
	.proves = "the file of an igb physical function survives a kexec",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { first, update_take_back },
	.judge = judge_plain_update,
};
