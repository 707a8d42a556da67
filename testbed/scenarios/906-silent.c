// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: a kernel that never prints a line */
#include "log.h"
#include "scenario.h"

static void only(void)
{
	FAIL("a kernel that spins at its first instruction got here");
}

SCENARIO(silent) = {
	.name = "906-silent",
	.proves = "mirror: no kernel line is a verdict on the machine",
	.variants = "prod module stock",
	.kernels = { KERNEL_SILENT },
	.silence_limit = 1,
	.stage = { only },
	.expect = OUTCOME_SILENT,
	.expect_text = "no kernel line within 4 s, nor in a second try",
};
