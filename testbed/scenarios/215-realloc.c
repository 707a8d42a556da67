// SPDX-License-Identifier: GPL-2.0-or-later
/* The new kernel is told to allocate all resources anew */
#include <string.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-215", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-215", pci_find(ID_VIRTIO_NET, 0));
	update_go();
}

/* BARs and windows may move, so the tree is not compared as a whole */
static void second(void)
{
	update_recall();
	for (int i = 0; i < update_count; i++)
		pci_check_state(updates[i].owner.bdf, "incoming");
	update_bind();
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

static void judge(struct evidence *ev)
{
	expect_bus_numbers(ev, span_gap_new(ev, 1));
	if (count_dmar_faults(ev, span_all(ev)))
		complain(ev, "the IOMMU reported faults");
}

SCENARIO(realloc) = {
	.name = "215-realloc",
	.proves = "devices survive pci=realloc, though their BARs may move",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a"),
			   ONE(VIRTIO_NET, 2)),
	.cmdline = { "", "pci=realloc" },
	.stage = { first, second },
	.judge = judge,
};
