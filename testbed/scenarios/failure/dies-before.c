// SPDX-License-Identifier: GPL-2.0-or-later
/* In the new kernel the owner dies before it has its device back */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-dies-before", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	int status;
	pid_t pid;

	update_recall();
	update_check_guarded();
	update_bind();
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (!pid) {
			update_sessions();
			raise(SIGKILL);
		}
		waitpid(pid, &status, 0);
		pci_check_state(updates[0].owner.bdf, "incoming");
		update_check_doors_closed();
	}
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

SCENARIO(dies_before) = {
	.name = "failure/dies-before",
	.proves = "an owner that dies before retrieve can be replaced",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
	.judge = judge_updates,
};
