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
	.name = "systemd/own",
	.proves = "a service that stores its own session goes on after systemctl kexec",
	SERVICE_SCENARIO,
	.stage = { first, second },
	.judge = judge_running,
};

/* "holdfast status" says so once a kernel is loaded, and systemd does it */
static void first_rebooted(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	service_enable(SERVICE, bdf, "0");
	service_arm(bdf);
	system_leave(SYSTEMCTL("reboot"));
}

SCENARIO(systemd_reboot) = {
	.name = "systemd/reboot",
	.proves = "systemctl reboot on an armed host is a live update",
	SERVICE_SCENARIO,
	.stage = { first_rebooted, second },
	.judge = judge_running,
};
