// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of a vfio-pci device */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	selftest_run_on("vfio_pci_device_test", pci_find(ID_IGB, 0), NULL);
}

SCENARIO(vfio_pci_device_test) = {
	.name = "711-selftest-vfio-device",
	.proves = "upstream's test of config space, BARs, interrupts and reset passes",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1)),
	.programs = STRINGS("vfio/vfio_pci_device_test"),
	.stage = { only },
	.time_limit = 120,
};
