// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: a BAR is moved by hand */
#include <linux/pci_regs.h>

#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "witness.h"

static void only(void)
{
	char *bdf = pci_find(ID_EDU, 0);
	unsigned int bar = pci_read(bdf, PCI_BASE_ADDRESS_0, 4);

	pci_write(bdf, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	mark(MARK_USER);
	pci_write(bdf, PCI_BASE_ADDRESS_0, 4, bar ^ 0x100000);
}

static void judge(struct evidence *ev)
{
	const struct pci_function *f = pci_function_by_id(ev, ID_EDU, 0);

	if (f)
		expect_bars_in_place(ev, span_markers(ev, 1, MARK_USER, 1,
						      MARK_END), f->bdf);
}

SCENARIO(bar) = {
	.name = "915-bar",
	.proves = "mirror: the BAR witness sees a BAR that moves",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { only },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "BAR 0 of 01:00.0 moved",
};
