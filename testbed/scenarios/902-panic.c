// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: a real panic, made by running out of memory with a panic asked for */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "scenario.h"

static void only(void)
{
	CHECK_OK(file_write("/proc/sys/vm/panic_on_oom", "2", 1));
	for (;;) {
		char *p = malloc(16 << 20);

		if (p)
			memset(p, 1, 16 << 20);
	}
}

SCENARIO(panic) = {
	.name = "902-panic",
	.proves = "mirror: a panic is a failure and the report names it",
	.variants = "prod module stock",
	.memory_mb = 384,
	.stage = { only },
	.expect = OUTCOME_NO_VERDICT,
	.expect_text = "Kernel panic",
};
