// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of LUO with many files */
#include "kexec.h"
#include "scenario.h"
#include "selftest.h"

static void first(void)
{
	selftest_before_kexec("luo_stress_files");
	kexec_next();
}

static void second(void)
{
	selftest_after_kexec("luo_stress_files");
}

SCENARIO(luo_stress_files) = {
	.name = "704-selftest-luo-files",
	.proves = "upstream's test of 500 files over a kexec passes",
	.variants = ALL_VARIANTS,
	.programs = STRINGS("liveupdate/luo_stress_files"),
	.stage = { first, second },
	.time_limit = 120,
};
