// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's test that fails each allocation of iommufd in turn */
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	selftest_run(STRINGS("iommufd_fail_nth"), NULL);
}

SCENARIO(selftest_iommufd_fails) = {
	.name = "722-selftest-iommufd-fails",
	.proves = "upstream's test of failing allocations in iommufd passes",
	.variants = "debug",
	.programs = STRINGS("iommu/iommufd_fail_nth"),
	.stage = { only },
	.memory_mb = 4096,
	.time_limit = 600,
};
