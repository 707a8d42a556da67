// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of vfio device files and iommufd */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	selftest_run_on("vfio_iommufd_setup_test", pci_find(ID_IGB, 0), NULL);
}

SCENARIO(vfio_iommufd_setup_test) = {
	.name = "712-selftest-vfio-iommufd",
	.proves = "upstream's test of binding a device file to an iommufd passes",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1)),
	.programs = STRINGS("vfio/vfio_iommufd_setup_test"),
	.stage = { only },
	.time_limit = 120,
};
