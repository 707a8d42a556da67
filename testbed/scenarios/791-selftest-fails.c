// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: upstream's test of LUO while somebody else has it open */
#include "log.h"
#include "raw.h"
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	CHECK_OK(raw_luo_open());
	selftest_run(STRINGS("liveupdate"), NULL);
}

SCENARIO(selftest_fails) = {
	.name = "791-selftest-fails",
	.proves = "mirror: a failing test of upstream's is a failure",
	.variants = ALL_VARIANTS,
	.programs = STRINGS("liveupdate/liveupdate"),
	.stage = { only },
	.expect = OUTCOME_GUEST,
	.expect_text = "tests failed: liveupdate_device.basic_open_close",
};
