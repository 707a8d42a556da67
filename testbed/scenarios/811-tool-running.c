// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An operator with holdfast(8) and nothing else around the tiny VMM: looks,
 * binds, loads, goes, looks again.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "continuity.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "stage.h"
#include "vmm.h"

#define TOOL	"cli/holdfast"

static struct program vmm;

/* It ends with @status and says all of this */
static void tool(int status, const char *const *words,
		 const char *const *argv)
{
	struct program p = { 0 };
	int is;

	program_start(&p, argv);
	is = program_end(&p, 60);
	CHECK(is == status, "holdfast %s: status %d, not %d", argv[1], is,
	      status);
	for (; *words; words++)
		CHECK(strstr(p.said, *words), "holdfast %s does not say '%s'",
		      argv[1], *words);
}

#define TOOL_RUN(...)	((const char *const []){ "holdfast", __VA_ARGS__, NULL })

static void load(void)
{
	const char *variant = stage_kernel(stage.scenario, 2, stage.variant);
	char *kernel = text("/boot/%s/bzImage", variant);
	char *initrd = text("/proc/%d/fd/%d", getpid(), kexec_initramfs());
	char *cmdline = stage_cmdline(stage.scenario, 2, stage.variant);

	tool(0, STRINGS("Loaded ", "Armed: "),
	     TOOL_RUN("load", "--kernel", kernel, "--initrd", initrd,
		      "--cmdline", cmdline));
}

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	mkdir("/run", 0755);
	tool(0, STRINGS(bdf), TOOL_RUN("list", "--all"));
	tool(0, STRINGS("came from: a cold boot", "armed: no",
			"sessions: none"), TOOL_RUN("status"));
	tool(0, STRINGS(bdf), TOOL_RUN("bind", bdf));
	CHECK(!strcmp(pci_driver(bdf), "vfio-pci"), "it is not bound");
	tool(0, STRINGS("vfio"), TOOL_RUN("features"));

	vmm_start(&vmm, VMM_ARGS(bdf), 0);
	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 1);
	tool(0, STRINGS(VMM_SESSION ": outgoing, open, 4 files, held by",
			"(tiny-vmm)", "0x4846000000000000 "),
	     TOOL_RUN("session", "show", VMM_SESSION));

	load();
	tool(0, STRINGS("armed: yes", "/bzImage", "preserved, running"),
	     TOOL_RUN("status"));
	tool(0, STRINGS(""), TOOL_RUN("unload"));
	tool(0, STRINGS("armed: no"), TOOL_RUN("status"));
	load();
	mark(MARK_REBOOT);
	tool(0, STRINGS("it does not come back"), TOOL_RUN("kexec", "--direct"));
}

static void second(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	tool(0, STRINGS("came from: 7.", "kexec number 1",
			VMM_SESSION ": incoming, waits for its owner, 4 files",
			"incoming, running"), TOOL_RUN("status"));
	vmm_start(&vmm, VMM_ARGS(bdf), 1);
	mark(MARK_FINISHED);
	CHECK(program_said(&vmm, "ran on"), "the device did not run on");
	tool(0, STRINGS("sessions: none", "none preserved, none incoming"),
	     TOOL_RUN("status"));
	vmm_check_works(&vmm);
	vmm_stop(&vmm);
	tool(0, STRINGS(bdf), TOOL_RUN("unbind", bdf));
	CHECK(!*pci_driver(bdf), "it is still bound");
}

SCENARIO(tool_running) = {
	.name = "811-tool-running",
	.proves = "an operator makes a live update with holdfast(8) alone",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(VMM_PROGRAM, TOOL),
	.stage = { first, second },
	.judge = judge_running,
	.time_limit = 120,
};
