// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of iommufd, on the mock IOMMU of the debug kernel */
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	selftest_run(STRINGS("iommufd"), NULL);
}

SCENARIO(selftest_iommufd) = {
	.name = "721-selftest-iommufd",
	.proves = "upstream's test of iommufd passes",
	.variants = "debug",
	.programs = STRINGS("iommu/iommufd"),
	.stage = { only },
	.memory_mb = 4096,
	.time_limit = 600,
};
