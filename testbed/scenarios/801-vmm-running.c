// SPDX-License-Identifier: GPL-2.0-or-later
/* A program that is linked with the library goes through a live update */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "continuity.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "timeline.h"
#include "vmm.h"
#include "watch.h"

#define POSITION	0x2000	/* where the HDA writes its own to */
#define IN		0x5000	/* where the edu writes to */

static struct program vmm;

static void first(const char *id, size_t watched)
{
	char *bdf = pci_find(id, 0), *mem;

	kho_count("before");
	vmm_start(&vmm, VMM_ARGS("-v", bdf), 0);
	vmm_check_works(&vmm);
	mem = program_memory(&vmm, "tiny-vmm", VMM_SHARE);
	watch_add("dma", mem + watched, 1, 4096, 0, ~0u);
	watch_start();
	mark(MARK_USER);
	sleep(1);
	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 1);
	/* Asked to leave, it stays: nobody else keeps the session */
	program_signal(&vmm, SIGTERM);
	program_expect(&vmm, "holding the session", 30);
	kexec_next();
}

static void second(const char *id)
{
	char *bdf = pci_find(id, 0);

	pci_check_state(bdf, "incoming");
	vmm_start(&vmm, VMM_ARGS("-v", bdf), 1);
	mark(MARK_FINISHED);
	CHECK(program_said(&vmm, "ran on"), "the device did not run on");
	pci_check_state(bdf, "none");
	vmm_check_works(&vmm);
	mark(MARK_USER);
	vmm_stop(&vmm);
	kho_count("after");
}

static void first_hda(void)
{
	first(ID_HDA, POSITION);
}

static void second_hda(void)
{
	second(ID_HDA);
}

/* A position each 10 ms or so; what QEMU holds up itself is far below this */
#define LIMIT	0.5

static void judge_hda(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "dma");

	judge_running(ev);
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), 100,
		    LIMIT);
	note_gaps(ev, &a, 1, MARK_USER, MARK_USER);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&a);
}

static void first_edu(void)
{
	first(ID_EDU, IN);
}

static void second_edu(void)
{
	second(ID_EDU);
}

/* Before its session ends the VMM sets the interrupt up, as is its right */
static void judge_edu(struct evidence *ev)
{
	judge_running_device(ev, 1, "01:00.0", MARK_INIT);
	expect_translation(ev, span_markers(ev, 1, MARK_REBOOT, 2,
					    MARK_FINISHED));
	expect_no_faults(ev, NULL);
	expect_same_kho(ev, "before", "after");
}

SCENARIO(vmm_running) = {
	.name = "801-vmm-running",
	.proves = "the tiny VMM takes a device along that never stops",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.shared_memory = 1,
	.stage = { first_hda, second_hda },
	.judge = judge_hda,
	.time_limit = 120,
};

SCENARIO(vmm_running_edu) = {
	.name = "801-vmm-running-edu",
	.proves = "the tiny VMM takes a device with interrupts along",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.shared_memory = 1,
	.stage = { first_edu, second_edu },
	.judge = judge_edu,
	.time_limit = 120,
};
