// SPDX-License-Identifier: GPL-2.0-or-later
/* The main job, with an nvme controller */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-204", pci_find(ID_NVME, 0));
	update_go();
}

SCENARIO(update_nvme) = {
	.name = "204-nvme",
	.proves = "the file of an nvme controller survives a kexec",
	.devices = STRINGS(ONE(NVME, 1)),
	.stage = { first, update_take_back },
	.judge = judge_plain_update,
};
