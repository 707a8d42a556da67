// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of LUO with many sessions */
#include "kexec.h"
#include "scenario.h"
#include "selftest.h"

static void first(void)
{
	selftest_before_kexec("luo_stress_sessions");
	kexec_next();
}

static void second(void)
{
	selftest_after_kexec("luo_stress_sessions");
}

SCENARIO(luo_stress_sessions) = {
	.name = "705-selftest-luo-sessions",
	.proves = "upstream's test of 2000 sessions over a kexec passes",
	.variants = ALL_VARIANTS,
	.programs = STRINGS("liveupdate/luo_stress_sessions"),
	.stage = { first, second },
	.time_limit = 120,
};
