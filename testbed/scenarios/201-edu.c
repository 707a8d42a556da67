// SPDX-License-Identifier: GPL-2.0-or-later
/* The main job, with an edu behind a root port */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-201", pci_find(ID_EDU, 0));
	update_go();
}

SCENARIO(update_edu) = {
	.name = "201-edu",
	.proves = "the file of an edu behind a root port survives a kexec",
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { first, update_take_back },
	.judge = judge_plain_update,
};
