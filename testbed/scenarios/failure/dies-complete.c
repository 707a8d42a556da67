// SPDX-License-Identifier: GPL-2.0-or-later
/* The owner has everything back and dies before it says so */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-dies-complete", pci_find(ID_IGB, 0));
	update_go();
}

static void complete(void)
{
	update_sessions();
	update_retrieve(&updates[0]);
	owner_make_dirty(&updates[0].owner);
	mark(MARK_USER);
	raise(SIGKILL);
}

/* The close must not finish the session: there is something to come back for */
static void second(void)
{
	char *bdf;
	int status;
	pid_t pid;

	update_recall();
	update_check_guarded();
	update_bind();
	bdf = updates[0].owner.bdf;
	pid = fork();
	if (!pid)
		complete();
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	      "the owner did not get that far: %#x", status);
	pci_check_state(bdf, "incoming");
	update_check_doors_closed();
	mark(MARK_USER + 1);
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

/* Retrieving it again resets it, too: what is meant comes before */
static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 2, MARK_USER, 2, MARK_USER + 1);
	const struct pci_function *f = pci_function_by_id(ev, ID_IGB, 0);

	if (f)
		expect_resets(ev, s, f->bdf, "igb", 1);
}

SCENARIO(dies_complete) = {
	.name = "failure/dies-complete",
	.proves = "an owner that dies before it says that it is done can be replaced",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { first, second },
	.leaks = 1,
	.judge = judge,
};
