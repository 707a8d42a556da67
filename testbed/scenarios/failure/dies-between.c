// SPDX-License-Identifier: GPL-2.0-or-later
/* In the new kernel the owner dies between retrieve and finish */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define OWNERS		2	/* that die */
#define DIES(i)		(MARK_USER + 2 * (i))
#define GONE(i)		(MARK_USER + 2 * (i) + 1)

static void first(void)
{
	update_preserve("holdfast-dies-between", pci_find(ID_IGB, 0));
	update_preserve("holdfast-dies-between", pci_find(ID_EDU, 0));
	update_go();
}

/* Not all files are retrieved: those cannot be finished by closing */
static void half(int i)
{
	update_sessions();
	update_retrieve(&updates[0]);
	owner_make_dirty(&updates[0].owner);
	mark(DIES(i));
	raise(SIGKILL);
}

static void second(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	for (int i = 0; i < OWNERS; i++) {
		pid_t pid = fork();
		int status;

		if (!pid)
			half(i);
		waitpid(pid, &status, 0);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		      "the first owner did not get that far: %#x", status);
		pci_check_state(updates[0].owner.bdf, "incoming");
		update_check_doors_closed();
		mark(GONE(i));
	}
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

static const char igb[] = "01:00.0", edu[] = "02:00.0";

/*
 * What its owner did to it is gone before another one comes. Each one but the
 * first resets it when it retrieves it, too: what is meant comes before.
 */
static void judge(struct evidence *ev)
{
	for (int i = 0; i < OWNERS; i++)
		expect_resets(ev, span_markers(ev, 2, DIES(i), 2, GONE(i)),
			      igb, "igb", 1);
	/* Nobody had the other one */
	expect_resets(ev, span_markers(ev, 2, MARK_INIT, 2, MARK_FINISHED),
		      edu, "edu", 0);
}

SCENARIO(dies_between) = {
	.name = "failure/dies-between",
	.proves = "an owner that dies before finish can be replaced",
	.devices = STRINGS(ONE(IGB, 1), ONE(EDU, 2)),
	.stage = { first, second },
	.leaks = 1,
	.judge = judge,
};
