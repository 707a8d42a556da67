// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of LUO that needs one kernel only */
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	selftest_run(STRINGS("liveupdate"), NULL);
}

SCENARIO(selftest_liveupdate) = {
	.name = "701-selftest-liveupdate",
	.proves = "upstream's selftest of sessions and files passes",
	.variants = ALL_VARIANTS,
	.programs = STRINGS("liveupdate/liveupdate"),
	.stage = { only },
	.time_limit = 120,
};
