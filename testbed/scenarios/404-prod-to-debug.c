// SPDX-License-Identifier: GPL-2.0-or-later
/* The next kernel is another build of the same code */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-404", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-404", pci_find(ID_EDU, 0));
	update_go();
}

SCENARIO(prod_to_debug) = {
	.name = "404-prod-to-debug",
	.proves = "devices go from the prod build to the debug build",
	.variants = "debug",
	.kernels = { "prod", NULL },
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),
	.stage = { first, update_take_back },
	.leaks = 1,
	.judge = judge_updates,
	.memory_mb = 4096,
	.cmdline = { "kho_scratch=512M,128M,0", "kho_scratch=512M,128M,0" },
	.time_limit = 300,
};
