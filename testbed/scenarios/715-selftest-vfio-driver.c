// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest that drives the device */
#include <string.h>

#include "evidence.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"
#include "stage.h"

#define PROGRAM "vfio_pci_driver_test"

/* Some of its tests aim the device at memory that is not mapped */
#define FAULT "DMAR: \\[DMA (Read|Write) NO_PASID\\] Request device " \
	"\\[0000:01:00\\.0\\] fault addr "

static void only(void)
{
	char *bdf = pci_find(ID_IGB, 0);

	if (strcmp(stage.variant, "debug")) {
		selftest_run_on(PROGRAM, bdf, NULL);
		return;
	}
	/* init_remove comes close to the 30 s that the program gives a test */
	say("note: only the mode iommufd, without init_remove: the others take too long on this kernel");
	pci_bind(bdf, "vfio-pci");
	selftest_run(STRINGS(PROGRAM, "-T", "init_remove", "-v", "iommufd",
			     bdf), NULL);
}

static void judge(struct evidence *ev)
{
	if (!log_count(ev, 1, FAULT))
		complain(ev, "log: no fault: the device did no DMA");
}

SCENARIO(selftest_vfio_driver) = {
	.name = "715-selftest-vfio-driver",
	.proves = "upstream's test of DMA and MSI-X with its igb driver passes",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1)),
	.programs = STRINGS("vfio/" PROGRAM),
	/* Each of its tests pins 1 GiB of shared memory: huge pages are fast */
	.cmdline = { "transparent_hugepage_shmem=always" },
	.stage = { only },
	.judge = judge,
	.log_allow = STRINGS(FAULT, "DMAR: DRHD: handling fault status reg"),
	.memory_mb = 4096,
	.time_limit = 400,
};
