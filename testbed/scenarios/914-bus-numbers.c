// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: with nothing preserved, pci=assign-busses renumbers */
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "scenario.h"
#include "witness.h"

static void first(void)
{
	kexec_next();
}

static void second(void)
{
}

static void judge(struct evidence *ev)
{
	expect_bus_numbers(ev, span_gap_new(ev, 1));
}

SCENARIO(bus_numbers) = {
	.name = "914-bus-numbers",
	.proves = "mirror: the bus number witness sees pci=assign-busses",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), EDU("up1a")),
	.cmdline = { "", "pci=assign-busses" },
	.stage = { first, second },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "bus numbers: bridge",
};
