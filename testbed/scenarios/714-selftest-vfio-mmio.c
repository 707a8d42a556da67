// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of BARs as the target of DMA mappings */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	selftest_run_on("vfio_dma_mapping_mmio_test", pci_find(ID_IGB, 0), NULL);
}

SCENARIO(vfio_dma_mapping_mmio_test) = {
	.name = "714-selftest-vfio-mmio",
	.proves = "upstream's test of mapping BARs for DMA passes",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1)),
	.programs = STRINGS("vfio/vfio_dma_mapping_mmio_test"),
	.stage = { only },
	.time_limit = 120,
};
