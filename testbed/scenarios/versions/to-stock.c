// SPDX-License-Identifier: GPL-2.0-or-later
/* The next kernel is a pristine one that knows nothing of this */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-to-stock", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-to-stock", pci_find(ID_NVME, 0));
	update_preserve("holdfast-to-stock", pci_find(ID_EDU, 0));
	update_go();
}

#define ACTIVE	(PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)

/* Idle, if no driver of that kernel took it; the old kernel left it so */
static int is_untouched(const char *bdf)
{
	char *driver = pci_driver(bdf);
	int ret = !*driver;

	say("%s: driver '%s', command %#x", bdf, driver,
	    pci_read(bdf, PCI_COMMAND, 2));
	if (ret)
		CHECK(!(pci_read(bdf, PCI_COMMAND, 2) & ACTIVE),
		      "%s comes up with decoding or DMA on", bdf);
	free(driver);
	return ret;
}

static void second(void)
{
	int untouched = 0;

	update_recall();
	for (int i = 0; i < update_count; i++)
		untouched += is_untouched(updates[i].owner.bdf);
	CHECK(untouched >= 2, "drivers took all but %d devices", untouched);
	for (int i = 0; i < update_count; i++) {
		struct owner o;

		owner_open(&o, updates[i].owner.bdf);
		owner_check(&o);
		owner_close(&o);
	}
	/* What that kernel does with a type of file that it does not know */
	CHECK_ERR(luo_create("holdfast-to-stock-new"), EIO);
}

/* Once, and by the kernel that knew of them */
static void judge(struct evidence *ev)
{
	for (size_t i = 0; i < ev->n_lines; i++) {
		const char *p = strstr(ev->lines[i].text,
				       "hf: preserved 0000:");
		char bdf[16];

		if (p && sscanf(p, "hf: preserved 0000:%15s", bdf) == 1)
			expect_resets(ev, span_gap_old(ev, 1), bdf, NULL, 1);
	}
	if (log_count(ev, 1, "hf: preserved 0000:") != 3)
		complain(ev, "log: three devices were to be preserved");
	if (count_dmar_faults(ev, span_all(ev)))
		complain(ev, "the IOMMU reported faults");
}

SCENARIO(to_stock) = {
	.name = "versions/to-stock",
	.proves = "a pristine next kernel comes up with clean devices",
	.variants = "prod module",
	.kernels = { NULL, "stock" },
	.devices = STRINGS(ONE(E1000E, 1), ONE(NVME, 2), ONE(EDU, 3)),
	.stage = { first, second },
	.judge = judge,
};
