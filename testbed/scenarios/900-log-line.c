// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: the log scan fires on a line as a WARN writes it */
#include "log.h"
#include "scenario.h"

static void only(void)
{
	kmsg("<4>WARNING: CPU: 0 PID: 1 at made/by/hand.c:1");
}

SCENARIO(log_line) = {
	.name = "900-log-line",
	.proves = "mirror: the log scan sees a warning of the kernel",
	.variants = ALL_VARIANTS,
	.stage = { only },
	.expect = OUTCOME_LOG,
	.expect_text = "kernel 1: serial.log",
};
