// SPDX-License-Identifier: GPL-2.0-or-later
/* "holdfast own" in place of a VMM: what is as before, and what is not */
#include <signal.h>
#include <string.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "program.h"
#include "scenario.h"
#include "timeline.h"
#include "tool.h"

#define SESSION	"holdfast-own"

/* Of the edu: what is written comes back inverted. Of the HDA: a clock */
#define EDU_LIVENESS	"0:0x4"
#define HDA_CLOCK	"0:0x30"

static void own(const char *bdf, int running, const char *const *argv)
{
	struct program p = { 0 };

	tool_run(0, STRINGS(bdf), TOOL("bind", bdf));
	program_start(&p, argv);
	program_expect(&p, "to prepare a live update: kill -USR2", 30);
	program_signal(&p, SIGUSR2);
	program_expect(&p, "prepared: session " SESSION, 30);
	/* Given up, and once more */
	program_signal(&p, SIGUSR1);
	program_expect(&p, "given up", 30);
	pci_check_state(bdf, "none");
	program_signal(&p, SIGUSR2);
	program_expect(&p, "prepared: session " SESSION, 30);
	pci_check_state(bdf, "preserved");
	say("%s %s in %s", running ? "running" : "preserved", bdf, SESSION);
	tool_load();
	mark(MARK_REBOOT);
	tool_run(0, STRINGS("it does not come back"), TOOL("kexec", "--direct"));
}

static void take_back(const char *bdf, int status, const char *const *words)
{
	tool_run(0, STRINGS(bdf), TOOL("bind", "--incoming"));
	mark(MARK_RETRIEVE);
	tool_run(status, words, TOOL("own"));
	pci_check_state(bdf, "none");
}

/* When it has compared it ends, which resets the device */
static void judge(struct evidence *ev)
{
	judge_running_device(ev, 1, "01:00.0", MARK_RETRIEVE);
	expect_translation(ev, span_markers(ev, 1, MARK_REBOOT, 2,
					    MARK_RETRIEVE));
	expect_no_faults(ev, NULL);
}

static void first(void)
{
	char *bdf = pci_find(ID_EDU, 0);

	own(bdf, 1, TOOL("own", "--register", EDU_LIVENESS "=0x12345678", bdf));
}

static void second(void)
{
	take_back(pci_find(ID_EDU, 0), 0,
		  STRINGS("kept running; as before: BARs, configuration space, 1 of 1 registers",
			  "memory: 2097152 bytes are as before",
			  "session " SESSION ": finished"));
}

SCENARIO(tool_own) = {
	.name = "tool/own",
	.proves = "holdfast own takes a running device over a live update and finds it as it was",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(TOOL_PROGRAM),
	.stage = { first, second },
	.judge = judge,
	.time_limit = 120,
};

static void first_clock(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	own(bdf, 1, TOOL("own", "--register", HDA_CLOCK, bdf));
}

static void second_clock(void)
{
	take_back(pci_find(ID_HDA, 0), 1,
		  STRINGS("register " HDA_CLOCK ": was 0x", ", is 0x",
			  "bytes are as before"));
}

SCENARIO(tool_own_changed) = {
	.name = "tool/own-changed",
	.proves = "negative test: holdfast own reports a register that changed during the live update",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(TOOL_PROGRAM),
	.stage = { first_clock, second_clock },
	.judge = judge,
	.time_limit = 120,
};

static void first_idle(void)
{
	char *bdf = pci_find(ID_EDU, 0);

	own(bdf, 0, TOOL("own", "--idle", bdf));
}

static void second_idle(void)
{
	take_back(pci_find(ID_EDU, 0), 0,
		  STRINGS("was reset on the way; as before: BARs, identity"));
}

SCENARIO(tool_own_idle) = {
	.name = "tool/own-idle",
	.proves = "holdfast own takes an idle device over a live update and finds it where it was",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(TOOL_PROGRAM),
	.stage = { first_idle, second_idle },
	.time_limit = 120,
};
