// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: a reset through the power state, asked for by hand */
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "witness.h"

static void only(void)
{
	char *bdf = pci_find(ID_E1000E, 0);

	CHECK_OK(pci_attr_write(bdf, "reset_method", "pm"));
	mark(MARK_USER);
	CHECK_OK(pci_attr_write(bdf, "reset", "1"));
}

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 1, MARK_USER, 1, MARK_END);
	const struct pci_function *f = pci_function_by_id(ev, ID_E1000E, 0);

	if (f)
		expect_resets(ev, s, f->bdf, "e1000e", 0);
}

SCENARIO(reset_pm) = {
	.name = "912-reset-pm",
	.proves = "mirror: the reset witness sees a reset through the power state",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { only },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "01:00.0 was reset 1 times, 0 expected (function level 0, bus 0, power state 1)",
};
