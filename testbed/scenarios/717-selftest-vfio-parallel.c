// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of opening devices in parallel */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"
#include "util.h"

static void only(void)
{
	static const char *const ids[] = { ID_IGB, ID_E1000E, ID_NVME, ID_EDU };
	const char *argv[ARRAY_SIZE(ids) + 2] = {
		"vfio_pci_device_init_perf_test"
	};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		argv[i + 1] = pci_find(ids[i], 0);
		pci_bind(argv[i + 1], "vfio-pci");
	}
	selftest_run(argv, NULL);
}

SCENARIO(selftest_vfio_parallel) = {
	.name = "717-selftest-vfio-parallel",
	.proves = "upstream's test of opening several devices at once passes",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1), ONE(E1000E, 2), ONE(NVME, 3),
			   ONE(EDU, 4)),
	.programs = STRINGS("vfio/vfio_pci_device_init_perf_test"),
	.stage = { only },
	.time_limit = 120,
};
