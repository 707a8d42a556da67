// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "holdfast status" says that a reboot becomes a live update once a kernel is
 * loaded, and systemd makes it one.
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
	system_leave(SYSTEMCTL("reboot"));
}

static void second(void)
{
	service_back(SERVICE, pci_find(ID_HDA, 0));
}

SCENARIO(systemd_reboot) = {
	.name = "834-systemd-reboot",
	.proves = "systemctl reboot on an armed host is a live update",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(VMM_PROGRAM, TOOL_PROGRAM),
	.system = 1,
	.stage = { first, second },
	.judge = judge_running,
	.variants = "prod",
	.on_request = 1,
	.time_limit = 600,
};
