// SPDX-License-Identifier: GPL-2.0-or-later
/* The tiny VMM takes a device with interrupts along; running/hda is one without */
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

#define IN		0x5000	/* where the edu writes to */

static struct program vmm;

static void first(void)
{
	char *bdf = pci_find(ID_EDU, 0), *mem;

	kho_count("before");
	vmm_start(&vmm, VMM_ARGS("-v", bdf), 0);
	vmm_check_works(&vmm);
	mem = program_memory(&vmm, VMM_SHARE);
	watch_add("dma", mem + IN, 1, 4096, 0, ~0u);
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

static void second(void)
{
	char *bdf = pci_find(ID_EDU, 0);

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

/* Before its session ends the VMM sets the interrupt up, as is its right */
static void judge(struct evidence *ev)
{
	judge_running_device(ev, 1, "01:00.0", MARK_INIT);
	expect_translation(ev, span_markers(ev, 1, MARK_REBOOT, 2,
					    MARK_FINISHED));
	expect_no_faults(ev, NULL);
	expect_same_kho(ev, "before", "after");
}

SCENARIO(vmm_running_edu) = {
	.name = "vmm/running",
	.proves = "the tiny VMM takes a device with interrupts along",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
	.time_limit = 120,
};
