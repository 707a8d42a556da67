// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: a list of skips that says more than is true */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	static const struct selftest_skip skips[] = {
		{ "vfio_cdev.bind", "nothing, it runs" },
		{ 0 }
	};

	selftest_run_on("vfio_iommufd_setup_test", pci_find(ID_IGB, 0), skips);
}

SCENARIO(selftest_ran_anyway) = {
	.name = "794-selftest-ran-anyway",
	.proves = "mirror: a declared skip that does not happen is a failure",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1)),
	.programs = STRINGS("vfio/vfio_iommufd_setup_test"),
	.stage = { only },
	.expect = OUTCOME_GUEST,
	.expect_text = "vfio_cdev.bind is declared as skipped, but is not",
};
