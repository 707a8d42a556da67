// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * LUOSession=: systemd makes the session and passes it to a service that has
 * no privilege, and in the next kernel passes it again under the same name.
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

	service_enable(SERVICE_USER, bdf, "1");
	service_said(SERVICE_USER, STRINGS("was passed to be filled"));
	/* Not as root, and under a name of systemd's making in the kernel */
	system_run(0, STRINGS("unprivileged"),
		   SYSTEMD("/bin/sh", "-c",
			   "test $(stat -c %u /proc/$(systemctl show -P MainPID "
			   SERVICE_USER ")) -gt 0 && echo unprivileged"));
	tool_run(0, STRINGS("tiny-vmm-unpr-"), TOOL("session", "list"));
	service_arm(bdf);
	system_leave(SYSTEMCTL("kexec"));
}

static void second(void)
{
	service_back(SERVICE_USER, pci_find(ID_HDA, 0));
}

SCENARIO(systemd_given) = {
	.name = "systemd/given",
	.proves = "a service without privilege goes on with the session that systemd made",
	SERVICE_SCENARIO,
	.stage = { first, second },
	.judge = judge_running,
};
