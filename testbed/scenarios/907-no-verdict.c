// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: the machine goes off without a word */
#include <sys/reboot.h>

#include "log.h"
#include "scenario.h"

static void only(void)
{
	reboot(RB_POWER_OFF);
}

SCENARIO(no_verdict) = {
	.name = "907-no-verdict",
	.proves = "mirror: a machine that ends without a verdict has failed",
	.variants = ALL_VARIANTS,
	.stage = { only },
	.expect = OUTCOME_NO_VERDICT,
};
