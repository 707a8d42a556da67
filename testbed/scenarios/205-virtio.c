// SPDX-License-Identifier: GPL-2.0-or-later
/* The main job, with a virtio-net function */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-205", pci_find(ID_VIRTIO_NET, 0));
	update_go();
}

SCENARIO(update_virtio) = {
	.name = "205-virtio",
	.proves = "the file of a virtio-net function survives a kexec",
	.devices = STRINGS(ONE(VIRTIO_NET, 1)),
	.stage = { first, update_take_back },
	.judge = judge_plain_update,
};
