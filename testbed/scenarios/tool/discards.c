// SPDX-License-Identifier: GPL-2.0-or-later
/* Nobody comes for a device: the operator gives it up, and it is as any other */
#include "kexec.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "tool.h"
#include "vmm.h"

static struct program vmm;

static void first(void)
{
	char *bdf = pci_find(ID_EDU, 0);

	vmm_start(&vmm, VMM_ARGS(bdf), 0);
	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 1);
	kexec_next();
}

static void second(void)
{
	char *bdf = pci_find(ID_EDU, 0);

	tool_run(1, STRINGS("bind vfio-pci"), TOOL("finish", VMM_SESSION));
	pci_check_state(bdf, "incoming");
	tool_run(0, STRINGS(VMM_SESSION),
		 TOOL("finish", "--discard", VMM_SESSION));
	pci_check_state(bdf, "none");
	tool_run(0, STRINGS("sessions: none"), TOOL("status"));

	vmm_start(&vmm, VMM_ARGS(bdf), 0);
	vmm_check_works(&vmm);
	vmm_stop(&vmm);
}

SCENARIO(tool_discards) = {
	.name = "tool/discards",
	.proves = "an operator gives up with holdfast(8) what nobody came for",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(VMM_PROGRAM, TOOL_PROGRAM),
	.stage = { first, second },
	.time_limit = 120,
};
