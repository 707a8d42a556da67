// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"
#include "kexec.h"
#include "scenario.h"

static void one(void) { say("hello"); kexec_next(); }
static void two(void) { say("hello again"); }
SCENARIO(memfd) = {
	.name = "200-memfd",
	.proves = "x",
	.variants = ALL_VARIANTS,
	.stage = { one, two },
};
