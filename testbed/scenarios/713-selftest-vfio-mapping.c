// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of DMA mappings, with huge pages of both sizes */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	selftest_run_on("vfio_dma_mapping_test", pci_find(ID_IGB, 0), NULL);
}

SCENARIO(vfio_dma_mapping_test) = {
	.name = "713-selftest-vfio-mapping",
	.proves = "upstream's test of DMA mappings in all IOMMU modes passes",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1)),
	.programs = STRINGS("vfio/vfio_dma_mapping_test"),
	.cmdline = { "hugepagesz=2M hugepages=8 hugepagesz=1G hugepages=1" },
	.memory_mb = 4096,
	.stage = { only },
	.time_limit = 120,
};
