// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's own unit tests of page tables that a kexec hands over */
#include "evidence.h"
#include "log.h"
#include "scenario.h"

/* In kunit_iommu_pt_liveupdate.h, each for AMDv1, VT-d second stage and x86-64 */
#define TESTS	12
#define FORMATS	3

/* They run before init does */
static void only(void)
{
}

static void judge(struct evidence *ev)
{
	int passed = log_count(ev, 1, " ok [0-9]+ test_liveupdate_[a-z_]+$");

	if (passed != TESTS * FORMATS)
		complain(ev, "KUnit: %d tests passed instead of %d", passed,
			 TESTS * FORMATS);
	if (log_count(ev, 1, "not ok"))
		complain(ev, "KUnit: a test failed");
	remark(ev, "KUnit: %d passed", passed);
}

SCENARIO(kunit) = {
	.name = "versions/kunit",
	.proves = "page tables that are preserved have the bytes that the format says, and are checked",
	.variants = "debug",
	.cmdline = { "kunit.enable=1 kunit.filter_glob=*.test_liveupdate*" },
	.stage = { only },
	.judge = judge,
	.time_limit = 120,
};
