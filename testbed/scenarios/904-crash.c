// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: the program in the guest crashes */
#include <signal.h>

#include "log.h"
#include "scenario.h"

static void only(void)
{
	raise(SIGSEGV);
}

SCENARIO(crash) = {
	.name = "904-crash",
	.proves = "mirror: a stage that is killed by a signal is a failure",
	.variants = ALL_VARIANTS,
	.stage = { only },
	.expect = OUTCOME_GUEST,
	.expect_text = "killed by signal 11",
};
