// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tiny VMM as a service of a real systemd. It keeps its own session in the
 * fd store; "systemctl kexec" is all that is said.
 */
#include "continuity.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "service.h"
#include "system.h"
#include "tool.h"
#include "vmm.h"

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	service_enable(SERVICE, bdf, "0");
	service_arm(bdf);
	system_leave(SYSTEMCTL("kexec"));
}

static void second(void)
{
	service_back(SERVICE, pci_find(ID_HDA, 0));
}

SCENARIO(systemd_own) = {
	.name = "831-systemd-own",
	.proves = "a service that stores its own session goes on after systemctl kexec",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(VMM_PROGRAM, TOOL_PROGRAM),
	.system = 1,
	.stage = { first, second },
	.judge = judge_running,
	.variants = "prod",
	.on_request = 1,
	.time_limit = 600,
};
