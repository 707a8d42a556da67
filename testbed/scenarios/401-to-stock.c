// SPDX-License-Identifier: GPL-2.0-or-later
/* The next kernel is a pristine one that knows nothing of this */
#include <errno.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"

static void first(void)
{
	update_preserve("holdfast-401", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-401", pci_find(ID_NVME, 0));
	update_preserve("holdfast-401", pci_find(ID_EDU, 0));
	update_go();
}

static void second(void)
{
	update_recall();
	for (int i = 0; i < update_count; i++) {
		struct owner o;

		owner_open(&o, updates[i].owner.bdf);
		owner_check(&o);
		owner_close(&o);
	}
	/* What that kernel does with a type of file that it does not know */
	CHECK_ERR(luo_open(), EIO);
}

SCENARIO(to_stock) = {
	.name = "401-to-stock",
	.proves = "a pristine next kernel comes up with clean devices",
	.variants = "prod module",
	.kernels = { NULL, "stock" },
	.devices = STRINGS(ONE(E1000E, 1), ONE(NVME, 2), ONE(EDU, 3)),
	.stage = { first, second },
};
