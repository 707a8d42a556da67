// SPDX-License-Identifier: GPL-2.0-or-later
/* A first kernel that waits for a disk that is not there, and never gets to init */
#include "log.h"
#include "scenario.h"

static void only(void)
{
	FAIL("a kernel without an init got here");
}

SCENARIO(no_start) = {
	.name = "negative/no-start",
	.proves = "mirror: a first kernel that never reaches init is a verdict on the machine",
	.variants = "prod module stock",
	.cmdline = { "rdinit=/none root=/dev/none rootwait" },
	.silence_limit = 3,
	.stage = { only },
	.expect = OUTCOME_NO_START,
	.expect_text = "did not reach init within 12 s, nor in a second try",
};
