// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tiny VMM and the test bed look at is looked at */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "vmm.h"

#define GUARD	0xc000	/* where no device may write */
#define SENT	0x2000	/* what goes to the device and back */

static struct program vmm;

static void first_unprepared(void)
{
	vmm_start(&vmm, VMM_ARGS(pci_find(ID_EDU, 0)), 0);
	vmm_check_works(&vmm);
	kexec_next();
}

static void second(void)
{
	vmm_start(&vmm, VMM_ARGS(pci_find(ID_EDU, 0)), 1);
}

SCENARIO(vmm_unprepared) = {
	.name = "vmm/unprepared-negative",
	.proves = "mirror: a VMM that prepared no update has nothing to take back",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.stage = { first_unprepared, second },
	.time_limit = 120,
	.expect = OUTCOME_GUEST,
	.expect_text = "generation 0' instead of",
};

static void first_scribbles(void)
{
	char *bdf = pci_find(ID_EDU, 0), *mem;

	vmm_start(&vmm, VMM_ARGS(bdf), 0);
	vmm_prepare(&vmm);
	mem = program_memory(&vmm, VMM_SHARE);
	mem[GUARD + 100] ^= 1;
	kexec_next();
}

SCENARIO(vmm_scribbles) = {
	.name = "vmm/memory-negative",
	.proves = "mirror: the tiny VMM finds a bit of its memory that changed",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.stage = { first_scribbles, second },
	.time_limit = 120,
	.expect = OUTCOME_GUEST,
	.expect_text = "[vmm-memory]",
};

/* The DMA of the device does not bring what was sent: the page is another */
static void only_other_data(void)
{
	char *bdf = pci_find(ID_EDU, 0), *mem;

	vmm_start(&vmm, VMM_ARGS(bdf), 0);
	mem = program_memory(&vmm, VMM_SHARE);
	for (double end = now() + 3; now() < end; usleep(1000))
		mem[SENT]++;
	CHECK_EQ(program_end(&vmm, 60), 1);
	FAIL("%s", strstr(vmm.said, "error: "));
}

SCENARIO(vmm_other_data) = {
	.name = "vmm/data-negative",
	.proves = "mirror: the tiny VMM finds DMA that brings other data",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.stage = { only_other_data },
	.time_limit = 120,
	.expect = OUTCOME_GUEST,
	.expect_text = "what came back is not what was sent",
};
