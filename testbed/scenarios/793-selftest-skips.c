// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: upstream's test of mappings on a machine without huge pages */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"

static void only(void)
{
	selftest_run_on("vfio_dma_mapping_test", pci_find(ID_IGB, 0), NULL);
}

SCENARIO(selftest_skips) = {
	.name = "793-selftest-skips",
	.proves = "mirror: a skip that nobody declared is a failure",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1)),
	.programs = STRINGS("vfio/vfio_dma_mapping_test"),
	.stage = { only },
	.expect = OUTCOME_GUEST,
	.expect_text = "hugetlb_2mb.dma_map_unmap was skipped: mmap() failed",
};
