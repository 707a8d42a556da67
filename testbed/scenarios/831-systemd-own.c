// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tiny VMM as a service of a real systemd. It keeps its own session in the
 * fd store; "systemctl kexec" is all that is said.
 */
#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "system.h"
#include "tool.h"
#include "vmm.h"

#define UNIT	"tiny-vmm.service"

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0);
	char *line = text("DEVICES=%s\n", bdf);

	system_write("/etc/default/tiny-vmm", line);
	system_run(0, STRINGS(""), SYSTEMCTL("enable", "--now", UNIT));
	system_check(UNIT, "ActiveState", "active");
	system_check(UNIT, "StatusText", "running: 1 devices, generation 0");
	system_check(UNIT, "NFileDescriptorStore", "0");
	tool_load();
	say("running %s in " VMM_SESSION, bdf);
	system_leave(SYSTEMCTL("kexec"));
}

static void second(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	system_run(0, STRINGS(""), SYSTEMCTL("start", UNIT));
	mark(MARK_FINISHED);
	system_check(UNIT, "StatusText", "running: 1 devices, generation 1");
	system_run(0, STRINGS("was passed and came from the previous",
			      "ran on", "finished: generation 1 goes on"),
		   SYSTEMD("journalctl", "-b", "-o", "cat", "-u", UNIT));
	system_check(UNIT, "NFileDescriptorStore", "0");
	system_check(NULL, "KExecCount", "1");
	pci_check_state(bdf, "none");
	tool_run(0, STRINGS("sessions: none", "none preserved, none incoming"),
		 TOOL("status"));
	system_wait(STRINGS("0 rounds"),
		    SYSTEMD("journalctl", "-b", "-o", "cat", "-u", UNIT));
}

SCENARIO(systemd_own) = {
	.name = "831-systemd-own",
	.proves = "a service with a session of its own goes on after \"systemctl kexec\"",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(VMM_PROGRAM, TOOL_PROGRAM),
	.system = 1,
	.stage = { first, second },
	.judge = judge_running,
	.variants = "prod",
	.time_limit = 300,
};
