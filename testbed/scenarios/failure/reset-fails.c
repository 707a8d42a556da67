// SPDX-License-Identifier: GPL-2.0-or-later
/* The old kernel cannot reset the device any more when it shuts down */
#include <linux/pci_regs.h>

#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	struct update *u;

	u = update_preserve("holdfast-reset-fails", pci_find(ID_IGB, 0));
	update_preserve("holdfast-reset-fails", pci_find(ID_EDU, 0));
	/* No method is left. It is not handed over: the next kernel has all */
	CHECK_OK(pci_attr_write(u->owner.bdf, "reset_method", "\n"));
	CHECK(pci_attr_is(u->owner.bdf, "reset_method", ""),
	      "%s: reset methods are left", u->owner.bdf);
	update_go();
}

static void second(void)
{
	const char *bdf;

	update_recall();
	bdf = updates[0].owner.bdf;
	CHECK(!pci_attr_is(bdf, "reset_method", ""),
	      "%s: cannot be reset here either", bdf);
	CHECK(!(pci_read(bdf, PCI_COMMAND, 2) &
		(PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)),
	      "%s was not reset, and decodes or does DMA", bdf);
	update_take_back();
}

static const char igb[] = "01:00.0", edu[] = "02:00.0";

static void judge(struct evidence *ev)
{
	struct span old = span_gap_old(ev, 1), new = span_gap_new(ev, 1);
	struct span before = span_markers(ev, 2, MARK_INIT, 2, MARK_RETRIEVE);
	struct span open = span_markers(ev, 2, MARK_RETRIEVE, 2,
					MARK_FINISHED);

	before.from = new.from;
	expect_resets(ev, old, igb, "igb", 0);
	expect_resets(ev, before, igb, "igb", 0);
	expect_resets(ev, open, igb, "igb", 1);
	expect_config_writes(ev, before, igb, boot_writes);
	/* The other one is not concerned */
	expect_resets(ev, old, edu, "edu", 1);
	expect_resets(ev, before, edu, "edu", 0);
	expect_resets(ev, open, edu, "edu", 0);
	if (log_count(ev, 1, "liveupdate: reset failed .* left to the next kernel") != 1)
		complain(ev, "log: not one line about the reset that failed");
	if (count_dmar_faults(ev, span_all(ev)))
		complain(ev, "the IOMMU reported faults");
}

SCENARIO(reset_fails) = {
	.name = "failure/reset-fails",
	.proves = "a device the old kernel cannot reset is reset by the next one",
	.devices = STRINGS(ONE(IGB, 1), ONE(EDU, 2)),
	.stage = { first, second },
	.judge = judge,
};
