// SPDX-License-Identifier: GPL-2.0-or-later
/* The new kernel is told to allocate resources anew, and has to */
#include <string.h>

#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "pcisnap.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-realloc", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-realloc", pci_find(ID_VIRTIO_NET, 0));
	update_go();
}

/* BARs move: with them what addresses are in the tree, and nothing else */
static void second(void)
{
	update_recall();
	for (int i = 0; i < update_count; i++)
		pci_check_state(updates[i].owner.bdf, "incoming");
	pcisnap_check("command master driver control devctl devctl2 bars");
	update_bind();
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

static void judge_device(struct evidence *ev, const char *id)
{
	struct span new = span_markers(ev, 2, MARK_INIT, 2, MARK_FINISHED);
	struct span back = span_markers(ev, 2, MARK_INIT, 2, MARK_RETRIEVE);
	struct span boot;
	const struct pci_function *f = pci_function_by_id(ev, id, 0);
	char bdf[sizeof(f->bdf)];

	if (!f)
		return;
	memcpy(bdf, f->bdf, sizeof(bdf));
	new.from = span_gap_new(ev, 1).from;
	boot = (struct span){ new.from, back.to };
	expect_resets(ev, span_gap_old(ev, 1), bdf, NULL, 1);
	expect_resets(ev, new, bdf, NULL, 0);
	expect_config_writes(ev, boot, bdf, boot_writes);
}

/* Windows that the firmware made too small are released in a second pass */
static void judge(struct evidence *ev)
{
	judge_device(ev, ID_E1000E);
	judge_device(ev, ID_VIRTIO_NET);
	expect_bus_numbers(ev, span_gap_new(ev, 1));
	if (!log_count(ev, 2, "PCI: No\\. [2-9] try to assign unassigned res") ||
	    !log_count(ev, 2, "pci 0000:03:00.0: BAR .*: assigned"))
		complain(ev, "log: kernel 2 did not move a preserved device");
	if (count_dmar_faults(ev, span_all(ev)))
		complain(ev, "the IOMMU reported faults");
}

SCENARIO(realloc) = {
	.name = "kexec/realloc",
	.proves = "devices survive pci=realloc, which moves BARs",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a"),
			   ONE(VIRTIO_NET, 2)),
	.cmdline = { "", "pci=realloc" },
	.stage = { first, second },
	.judge = judge,
};
