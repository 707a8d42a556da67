// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: a function level reset, asked for by hand */
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "witness.h"

static void only(void)
{
	char *bdf = pci_find(ID_IGB, 0);

	CHECK_OK(pci_attr_write(bdf, "reset_method", "flr"));
	mark(MARK_USER);
	CHECK_OK(pci_attr_write(bdf, "reset", "1"));
}

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 1, MARK_USER, 1, MARK_END);
	const struct pci_function *f = pci_function_by_id(ev, ID_IGB, 0);

	if (f)
		expect_resets(ev, s, f->bdf, "igb", 0);
}

SCENARIO(reset_flr) = {
	.name = "910-reset-flr",
	.proves = "mirror: the reset witness sees a function level reset",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { only },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "01:00.0 was reset 1 times, 0 expected (function level 1, bus 0, power state 0)",
};
