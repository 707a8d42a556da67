// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest that never ends */
#include <unistd.h>

#include "log.h"
#include "scenario.h"

static void only(void)
{
	for (;;)
		pause();
}

SCENARIO(time_limit) = {
	.name = "negative/time-limit",
	.proves = "mirror: a machine that hangs is ended at its time limit",
	.variants = "prod module stock",
	.time_limit = 20,
	.stage = { only },
	.expect = OUTCOME_TIMEOUT,
	.expect_text = "kernels seen: 1",
};
