// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of LUO with empty and filled sessions */
#include "kexec.h"
#include "scenario.h"
#include "selftest.h"

static void first(void)
{
	selftest_before_kexec("luo_multi_session");
	kexec_next();
}

static void second(void)
{
	selftest_after_kexec("luo_multi_session");
}

SCENARIO(luo_multi_session) = {
	.name = "703-selftest-luo-multi",
	.proves = "upstream's test of several sessions over a kexec passes",
	.variants = ALL_VARIANTS,
	.programs = STRINGS("liveupdate/luo_multi_session"),
	.stage = { first, second },
	.time_limit = 120,
};
