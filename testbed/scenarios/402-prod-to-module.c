// SPDX-License-Identifier: GPL-2.0-or-later
/* The next kernel is another build of the same code */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-402", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-402", pci_find(ID_EDU, 0));
	update_go();
}

SCENARIO(prod_to_module) = {
	.name = "402-prod-to-module",
	.proves = "devices go from the prod build to the module build",
	.variants = "prod",
	.kernels = { NULL, "module" },
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),
	.stage = { first, update_take_back },
	.judge = judge_updates,
};
