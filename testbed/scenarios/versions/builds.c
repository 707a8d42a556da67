// SPDX-License-Identifier: GPL-2.0-or-later
/* The next kernel is another build of the same code */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-builds", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-builds", pci_find(ID_EDU, 0));
	update_go();
}

#define BUILDS								\
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),		\
	.stage = { first, update_take_back },				\
	.judge = judge_updates

SCENARIO(prod_to_module) = {
	.name = "versions/prod-to-module",
	.proves = "devices go from the prod build to the module build",
	.variants = "prod",
	.kernels = { NULL, "module" },
	BUILDS,
};

SCENARIO(module_to_prod) = {
	.name = "versions/module-to-prod",
	.proves = "devices go from the module build to the prod build",
	.variants = "module",
	.kernels = { NULL, "prod" },
	BUILDS,
};

SCENARIO(prod_to_debug) = {
	.name = "versions/prod-to-debug",
	.proves = "devices go from the prod build to the debug build",
	.variants = "debug",
	.kernels = { "prod", NULL },
	BUILDS,
	.leaks = 1,
	.memory_mb = 4096,
	.cmdline = { "kho_scratch=512M,128M,0", "kho_scratch=512M,128M,0" },
	.time_limit = 300,
};
