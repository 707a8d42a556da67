// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of LUO with one session */
#include "kexec.h"
#include "scenario.h"
#include "selftest.h"

static void first(void)
{
	selftest_before_kexec("luo_kexec_simple");
	kexec_next();
}

static void second(void)
{
	selftest_after_kexec("luo_kexec_simple");
}

SCENARIO(luo_kexec_simple) = {
	.name = "702-selftest-luo-simple",
	.proves = "upstream's test of one session over a kexec passes",
	.variants = ALL_VARIANTS,
	.programs = STRINGS("liveupdate/luo_kexec_simple"),
	.stage = { first, second },
	.time_limit = 120,
};
