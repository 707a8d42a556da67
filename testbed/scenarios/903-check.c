// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: a check that fails in the guest */
#include "log.h"
#include "scenario.h"

static void only(void)
{
	CHECK_ERR(0, 16);
}

SCENARIO(check) = {
	.name = "903-check",
	.proves = "mirror: a failing check in the guest is a failure",
	.variants = ALL_VARIANTS,
	.stage = { only },
	.expect = OUTCOME_GUEST,
	.expect_text = "903-check.c:8: 0: success instead of EBUSY",
};
