// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: a config write by hand to a register with no rule */
#include <linux/pci_regs.h>

#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "witness.h"

static void only(void)
{
	mark(MARK_USER);
	pci_write(pci_find(ID_EDU, 0), PCI_CACHE_LINE_SIZE, 1, 8);
}

static const struct config_rule rules[] = {
	{ 0, PCI_COMMAND, 2, 0, "not what is written here" },
	{ 0 },
};

static void judge(struct evidence *ev)
{
	const struct pci_function *f = pci_function_by_id(ev, ID_EDU, 0);

	if (f)
		expect_config_writes(ev, span_markers(ev, 1, MARK_USER, 1,
						      MARK_END),
				     f->bdf, rules);
}

SCENARIO(config_write) = {
	.name = "913-config-write",
	.proves = "mirror: a config write without an explanation is seen",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { only },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "0x8 at 0xc after marker 1/0x100 has no explanation",
};
