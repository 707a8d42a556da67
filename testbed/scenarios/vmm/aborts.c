// SPDX-License-Identifier: GPL-2.0-or-later
/* The tiny VMM gives an update up, and makes it later all the same */
#include <signal.h>

#include "continuity.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "vmm.h"
#include "watch.h"

static struct program vmm;

static void give_up(const char *bdf)
{
	program_signal(&vmm, SIGUSR1);
	program_expect(&vmm, "given up: going on", 30);
	pci_check_state(bdf, "none");
	CHECK(!luo_session_state(HF_OUTGOING, VMM_SESSION),
	      "the session is still there");
	vmm_check_works(&vmm);
}

static void first(void)
{
	char *bdf = pci_find(ID_EDU, 0);

	vmm_start(&vmm, VMM_ARGS(bdf), 0);
	kho_count("before");
	program_signal(&vmm, SIGUSR1);
	program_expect(&vmm, "nothing to give up", 30);
	vmm_prepare(&vmm);
	pci_check_state(bdf, "preserved");
	give_up(bdf);
	kho_count("given-up");

	/* With a kernel that is loaded the request to end is one to leave */
	kexec_prepare(NULL);
	program_signal(&vmm, SIGTERM);
	program_expect(&vmm, "holding the session", 30);
	pci_check_state(bdf, "preserved");
	give_up(bdf);

	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 1);
	kexec_reboot();
	FAIL("the kexec was refused");
}

static void second(void)
{
	char *bdf = pci_find(ID_EDU, 0);

	vmm_start(&vmm, VMM_ARGS(bdf), 1);
	mark(MARK_FINISHED);
	vmm_check_works(&vmm);
	/* No kernel is loaded: it simply ends */
	program_signal(&vmm, SIGTERM);
	CHECK_EQ(program_end(&vmm, 30), 0);
	pci_check_state(bdf, "none");
}

static void judge(struct evidence *ev)
{
	judge_running_device(ev, 1, "01:00.0", MARK_INIT);
	expect_no_faults(ev, NULL);
	expect_same_kho(ev, "before", "given-up");
}

SCENARIO(vmm_aborts) = {
	.name = "vmm/aborts",
	.proves = "the tiny VMM gives updates up, goes on, and makes one later",
	.devices = STRINGS(ONE(EDU, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
	.time_limit = 120,
};
