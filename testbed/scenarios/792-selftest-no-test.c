// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: upstream's test of a device without a device */
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	selftest_run(STRINGS("vfio_pci_device_test"), NULL);
}

SCENARIO(selftest_no_test) = {
	.name = "792-selftest-no-test",
	.proves = "mirror: a program that runs no test is a failure",
	.variants = ALL_VARIANTS,
	.programs = STRINGS("vfio/vfio_pci_device_test"),
	.stage = { only },
	.expect = OUTCOME_GUEST,
	.expect_text = "not one test ran (exit status 4)",
};
