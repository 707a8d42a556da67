// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An operator with holdfast(8) and nothing else around the tiny VMM: looks,
 * binds, loads, goes, looks again.
 */
#include <string.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "tool.h"
#include "vmm.h"

static struct program vmm;

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0);


	tool_run(0, STRINGS(bdf), TOOL("list", "--all"));
	tool_run(0, STRINGS("came from: a cold boot", "armed: no",
			"sessions: none"), TOOL("status"));
	tool_run(0, STRINGS(bdf), TOOL("bind", bdf));
	CHECK(!strcmp(pci_driver(bdf), "vfio-pci"), "it is not bound");
	tool_run(0, STRINGS("vfio"), TOOL("features"));
	tool_run(0, STRINGS("Ready"), TOOL("check", "--running", bdf));
	tool_run(1, STRINGS("no-reset-method"), TOOL("check", "0000:00:1f.2"));

	vmm_start(&vmm, VMM_ARGS(bdf), 0);
	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 1);
	tool_run(0, STRINGS(VMM_SESSION ": outgoing, open, 4 files, held by",
			"(tiny-vmm)", "0x4846000000000000 "),
		 TOOL("session", "show", VMM_SESSION));

	tool_load();
	tool_run(0, STRINGS("armed: yes", "/bzImage", "preserved, running"),
	     TOOL("status"));
	tool_run(0, STRINGS(""), TOOL("unload"));
	tool_run(0, STRINGS("armed: no"), TOOL("status"));
	tool_load();
	mark(MARK_REBOOT);
	tool_run(0, STRINGS("it does not come back"), TOOL("kexec", "--direct"));
}

static void second(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	tool_run(0, STRINGS("came from: 7.", "kexec number 1",
			VMM_SESSION ": incoming, waits for its owner, 4 files",
			"incoming, running"), TOOL("status"));
	vmm_start(&vmm, VMM_ARGS(bdf), 1);
	mark(MARK_FINISHED);
	CHECK(program_said(&vmm, "ran on"), "the device did not run on");
	tool_run(0, STRINGS("sessions: none", "none preserved, none incoming"),
	     TOOL("status"));
	vmm_check_works(&vmm);
	vmm_stop(&vmm);
	tool_run(0, STRINGS(bdf), TOOL("unbind", bdf));
	CHECK(!*pci_driver(bdf), "it is still bound");
}

SCENARIO(tool_running) = {
	.name = "tool/running",
	.proves = "an operator makes a live update with holdfast(8) alone",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(VMM_PROGRAM, TOOL_PROGRAM),
	.stage = { first, second },
	.judge = judge_running,
	.time_limit = 120,
};
