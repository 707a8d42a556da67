// SPDX-License-Identifier: GPL-2.0-or-later
/* Eight devices of all kinds, in three sessions */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-eight-a", pci_find(ID_EDU, 0));
	update_preserve("holdfast-eight-a", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-eight-a", pci_find(ID_NVME, 0));
	update_preserve("holdfast-eight-b", pci_find(ID_EDU, 1));
	update_preserve("holdfast-eight-b", pci_find(ID_IGB, 0));
	update_preserve("holdfast-eight-c", pci_find(ID_VIRTIO_NET, 0));
	update_preserve("holdfast-eight-c", pci_find(ID_XHCI, 0));
	update_preserve("holdfast-eight-c", pci_find(ID_EDU, 2));
	update_go();
}

SCENARIO(eight) = {
	.name = "kexec/eight",
	.proves = "eight devices in three sessions survive a kexec at once",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), EDU("up1a"),
			   E1000E("up1b"), ONE(NVME, 2),
			   ROOT_PORT(3), SWITCH(3), EDU("up3a"), IGB("up3b"),
			   ONE(VIRTIO_NET, 4), ONE(XHCI, 5), ONE(EDU, 6)),
	.stage = { first, update_take_back },
	.leaks = 1,
	.judge = judge_plain_update,
	.time_limit = 120,
};
