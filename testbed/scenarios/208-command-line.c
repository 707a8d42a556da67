// SPDX-License-Identifier: GPL-2.0-or-later
/* Words on the new kernel's command line that would change the fabric */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-208", pci_find(ID_E1000E, 0));
	update_go();
}

SCENARIO(command_line) = {
	.name = "208-command-line",
	.proves = "bus numbers, ACS and groups resist the new command line",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), EDU("up1a"),
			   E1000E("up1b"), ONE(EDU, 2)),
	.cmdline = { "", "pci=assign-busses,config_acs=000000000@pci:0:0" },
	.stage = { first, update_take_back },
	.judge = judge_updates,
};

SCENARIO(command_line_obeyed) = {
	.name = "920-command-line",
	.proves = "mirror: a kernel that follows pci=assign-busses renumbers",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), EDU("up1a"),
			   E1000E("up1b"), ONE(EDU, 2)),
	.cmdline = { "", "pci=assign-busses" },
	.stage = { first, update_take_back },
	.judge = judge_updates,
	.expect = OUTCOME_WITNESS,
	.expect_text = "bus numbers: bridge",
};
