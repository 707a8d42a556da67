// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: the log scan looks at the second kernel too */
#include "kexec.h"
#include "log.h"
#include "scenario.h"

static void first(void)
{
	kexec_next();
}

static void second(void)
{
	kmsg("<4>BUG: made by hand");
}

SCENARIO(log_second) = {
	.name = "901-log-second",
	.proves = "mirror: the log scan sees a complaint of the second kernel",
	.variants = ALL_VARIANTS,
	.stage = { first, second },
	.expect = OUTCOME_LOG,
	.expect_text = "kernel 2: serial.log",
};
