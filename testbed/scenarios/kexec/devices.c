// SPDX-License-Identifier: GPL-2.0-or-later
/* The main job: hand one device over, for each kind of device there is */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define DEVICE(kind, id, what, ...)					\
static void kind##_first(void)						\
{									\
	update_preserve("holdfast-devices", pci_find(id, 0));		\
	update_go();							\
}									\
									\
SCENARIO(update_##kind) = {						\
	.name = "kexec/" #kind,						\
	.proves = "the file of " what " survives a kexec",		\
	.devices = STRINGS(__VA_ARGS__),				\
	.stage = { kind##_first, update_take_back },			\
	.judge = judge_plain_update,					\
}

DEVICE(edu, ID_EDU, "an edu behind a root port", ONE(EDU, 1));
DEVICE(e1000e, ID_E1000E, "an e1000e behind a switch", ROOT_PORT(1), SWITCH(1),
       E1000E("up1a"));
DEVICE(igb, ID_IGB, "an igb physical function", ONE(IGB, 1));
DEVICE(nvme, ID_NVME, "an nvme controller", ONE(NVME, 1));
DEVICE(virtio, ID_VIRTIO_NET, "a virtio-net function", ONE(VIRTIO_NET, 1));
