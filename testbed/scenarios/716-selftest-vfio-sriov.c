// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of virtual functions and their tokens */
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"

#define PARAMETER "/sys/module/vfio_pci/parameters/enable_sriov"

static void only(void)
{
	CHECK_OK(file_write(PARAMETER, "1", 1));
	selftest_run_on("vfio_pci_sriov_uapi_test", pci_find(ID_IGB, 0), NULL);
}

SCENARIO(selftest_vfio_sriov) = {
	.name = "716-selftest-vfio-sriov",
	.proves = "upstream's test of tokens between a device and its VFs passes",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1)),
	.programs = STRINGS("vfio/vfio_pci_sriov_uapi_test"),
	.stage = { only },
	.time_limit = 120,
};
