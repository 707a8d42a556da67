// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device that can only be reset through its bus waits for its owner, while somebody
 * uses the function beside it. Its session is discarded.
 */
#include <linux/pci_regs.h>

#include "log.h"
#include "luo.h"
#include "marker.h"
#include "kexec/neighbour.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-discard-beside", pci_find(ID_XHCI, 0));
	update_go();
}

static void second(void)
{
	const char *bdf = updates[0].owner.bdf;
	struct owner beside;

	update_recall();
	owner_open(&beside, pci_find(ID_E1000E, 0));
	owner_make_dirty(&beside);
	update_sessions();
	CHECK_OK(luo_discard(updates[0].session_fd));
	pci_check_state(bdf, "none");
	CHECK(!(pci_read(bdf, PCI_COMMAND, 2) & PCI_COMMAND_MASTER),
	      "%s: discarded, and may do DMA", bdf);
	CHECK(owner_is_dirty(&beside), "the function beside it was reset");
	owner_check(&beside);
	owner_close(&beside);
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 2, "01:00.0: liveupdate: reset failed .* do not use before a reboot") != 1)
		complain(ev, "log: not one line that the reset failed");
	if (count_dmar_faults(ev, span_all(ev)))
		complain(ev, "the IOMMU reported faults");
}

SCENARIO(discard_beside) = {
	.name = "failure/discard-beside",
	.proves = "discarding a device that only its bus can reset leaves the function beside it alone",
	.devices = NEIGHBOURS,
	.stage = { first, second },
	.judge = judge,
};
