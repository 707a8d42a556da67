// SPDX-License-Identifier: GPL-2.0-or-later
/* The tiny VMM as a service of the systemd of the disk */
#include <stdlib.h>

#include "log.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "service.h"
#include "system.h"
#include "tool.h"
#include "vmm.h"

void service_enable(const char *unit, const char *bdf, const char *stored)
{
	char *line = text("DEVICES=%s\n", bdf);

	system_write("/etc/default/tiny-vmm", line);
	system_run(0, STRINGS(""), SYSTEMCTL("enable", "--now", unit));
	system_check(unit, "ActiveState", "active");
	system_check(unit, "StatusText", "running: 1 devices, generation 0");
	system_check(unit, "NFileDescriptorStore", stored);
	free(line);
}

void service_arm(const char *bdf)
{
	tool_load();
	tool_run(0, STRINGS("armed: yes"), TOOL("status"));
	say("running %s in the session of the service", bdf);
}

void service_said(const char *unit, const char *const *words)
{
	system_wait(words, SYSTEMD("journalctl", "-b", "-o", "cat", "-u",
				   unit));
}

void service_back(const char *unit, const char *bdf)
{
	/* A job of the boot's own is waited for */
	system_run(0, STRINGS(""), SYSTEMCTL("start", unit));
	mark(MARK_FINISHED);
	system_check(unit, "StatusText", "running: 1 devices, generation 1");
	service_said(unit, STRINGS("was passed and came from the previous",
				   "ran on",
				   "finished: generation 1 goes on"));
	system_check(NULL, "KExecCount", "1");
	pci_check_state(bdf, "none");
	tool_run(0, STRINGS("sessions: none", "none preserved, none incoming"),
		 TOOL("status"));
	/* The manager comes to what it was told a moment later */
	system_wait(STRINGS("NFileDescriptorStore=0"),
		    SYSTEMCTL("show", "-p", "NFileDescriptorStore", unit));
	service_said(unit, STRINGS("0 rounds"));
}
