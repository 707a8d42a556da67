// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Negative test of systemd/own: the unit keeps its fd store only while it runs. The session
 * is stored, and closed with the store before the kexec: everything is undone,
 * and the service begins anew.
 */
#include "evidence.h"
#include "log.h"
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

	system_run(0, STRINGS(""),
		   SYSTEMD("/bin/mkdir", "/etc/systemd/system/" SERVICE ".d"));
	system_write("/etc/systemd/system/" SERVICE ".d/not-kept.conf",
		     "[Service]\nFileDescriptorStorePreserve=no\n");
	system_run(0, STRINGS(""), SYSTEMCTL("daemon-reload"));
	service_enable(SERVICE, bdf, "0");
	tool_load();
	system_leave(SYSTEMCTL("kexec"));
}

static void second(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	system_run(0, STRINGS(""), SYSTEMCTL("start", SERVICE));
	system_check(SERVICE, "StatusText",
		     "running: 1 devices, generation 0");
	system_check(NULL, "KExecCount", "1");
	pci_check_state(bdf, "none");
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 1, "left: the service manager keeps") != 1)
		complain(ev, "log: the service did not leave its session");
}

SCENARIO(systemd_not_kept) = {
	.name = "systemd/not-kept-negative",
	.proves = "mirror: a session in a store that is not kept does not get there",
	SERVICE_SCENARIO,
	.stage = { first, second },
	.judge = judge,
};
