// SPDX-License-Identifier: GPL-2.0-or-later
/* The next kernel watches each page and each allocation */
#include "running/outlive.h"

static void first(void)
{
	struct running *r = outlive_start();

	running_preserve(r, "holdfast-debug");
	running_prepare();
	running_go();
}

SCENARIO(debug_next) = {
	.name = "kexec/debug-next",
	.proves = "a device keeps running into a kernel that unmaps free pages and looks for lost ones",
	.variants = "debug",
	.kernels = { "prod", NULL },
	.cmdline = { "kho_scratch=512M,128M,0",
		     "kho_scratch=512M,128M,0 kmemleak=on debug_pagealloc=on" },
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.leaks = 1,
	.stage = { first, outlive_take_back },
	.judge = outlive_judge,
	.memory_mb = 4096,
	.time_limit = 300,
};
