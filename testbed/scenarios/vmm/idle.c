// SPDX-License-Identifier: GPL-2.0-or-later
/* The tiny VMM with a device that is reset on the way: its memory goes along */
#include <signal.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "vmm.h"
#include "watch.h"
#include "witness.h"

static struct program vmm;

static void first(void)
{
	char *bdf = pci_find(ID_EDU, 0);

	vmm_start(&vmm, VMM_ARGS("--idle", bdf), 0);
	vmm_check_works(&vmm);
	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 0);
	kexec_next();
}

static void second(void)
{
	char *bdf = pci_find(ID_EDU, 0);

	pci_check_state(bdf, "incoming");
	mark(MARK_BIND);
	mark(MARK_RETRIEVE);
	vmm_start(&vmm, VMM_ARGS("--idle", bdf), 1);
	mark(MARK_FINISHED);
	CHECK(program_said(&vmm, "was reset and begins again, 2"),
	      "the device ran on, or the memory did not come along");
	pci_check_state(bdf, "none");
	vmm_check_works(&vmm);
	vmm_stop(&vmm);
}

SCENARIO(vmm_idle) = {
	.name = "vmm/idle",
	.proves = "the tiny VMM takes memory and an idle device along",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.stage = { first, second },
	.judge = judge_updates,
	.time_limit = 120,
};
