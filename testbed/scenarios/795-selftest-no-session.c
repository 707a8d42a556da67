// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: the second half of upstream's kexec test without the first */
#include "kexec.h"
#include "scenario.h"
#include "selftest.h"

static void first(void)
{
	kexec_next();
}

static void second(void)
{
	selftest_after_kexec("luo_kexec_simple");
}

SCENARIO(selftest_no_session) = {
	.name = "795-selftest-no-session",
	.proves = "mirror: a kexec test that finds no session is a failure",
	.variants = ALL_VARIANTS,
	.programs = STRINGS("liveupdate/luo_kexec_simple"),
	.stage = { first, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "luo_kexec_simple -s 2: exit status 1",
};
