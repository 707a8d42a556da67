// SPDX-License-Identifier: GPL-2.0-or-later
/* In the new kernel the owner dies between retrieve and finish */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"

static void first(void)
{
	update_preserve("holdfast-302", pci_find(ID_IGB, 0));
	update_preserve("holdfast-302", pci_find(ID_EDU, 0));
	update_go();
}

/* Not all files are retrieved: those cannot be finished by closing */
static void half(void)
{
	update_sessions();
	update_retrieve(&updates[0]);
	owner_make_dirty(&updates[0].owner);
	raise(SIGKILL);
}

static void second(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();
		int status;

		if (!pid)
			half();
		waitpid(pid, &status, 0);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		      "the first owner did not get that far: %#x", status);
		pci_check_state(updates[0].owner.bdf, "incoming");
		update_check_doors_closed();
	}
	update_sessions();
	update_retrieve_all();
	CHECK(!owner_is_dirty(&updates[0].owner),
	      "the device was not reset after its first owner");
	update_finish();
	update_check_normal();
}

SCENARIO(dies_between) = {
	.name = "302-dies-between",
	.proves = "an owner that dies before finish can be replaced",
	.devices = STRINGS(ONE(IGB, 1), ONE(EDU, 2)),
	.stage = { first, second },
	.log_allow = STRINGS("Unable to finish session"),
};
