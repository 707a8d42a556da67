// SPDX-License-Identifier: GPL-2.0-or-later
/* The tiny VMM with several devices, through several live updates */
#include <stdlib.h>

#include "continuity.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "stage.h"
#include "vmm.h"

static struct program vmm;

static void check_each_works(void)
{
	for (int i = 0; i < 2; i++) {
		program_expect(&vmm, "edu: ", 60);
		program_expect(&vmm, "hda: ", 60);
	}
}

static void every(void)
{
	char *edu = pci_find(ID_EDU, 0), *hda = pci_find(ID_HDA, 0);
	char *other = pci_find(ID_EDU, 1);

	vmm_start(&vmm, VMM_ARGS(hda, edu, other), stage.number - 1);
	if (stage.number > 1)
		mark(MARK_FINISHED);
	check_each_works();
	if (stage.number == scenario_stages(stage.scenario)) {
		vmm_stop(&vmm);
		return;
	}
	vmm_prepare(&vmm);
	vmm_check_prepared(hda, 1);
	pci_check_state(edu, "preserved");
	pci_check_state(other, "preserved");
	kexec_next();
}

/* Those of edu are set up again before the session is finished */
static void judge(struct evidence *ev)
{
	judge_running(ev);
	for (int k = 1; k < 3; k++) {
		judge_running_device(ev, k, "02:00.0", MARK_INIT);
		judge_running_device(ev, k, "03:00.0", MARK_INIT);
	}
}

SCENARIO(vmm_several) = {
	.name = "vmm/several",
	.proves = "the tiny VMM takes three devices through two live updates",
	.devices = STRINGS(ONE(HDA, 1), ONE(EDU, 2), ONE(EDU, 3)),
	.programs = STRINGS(VMM_PROGRAM),
	.stage = { every, every, every },
	.judge = judge,
	.time_limit = 150,
};
