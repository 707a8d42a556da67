// SPDX-License-Identifier: GPL-2.0-or-later
/* The owner is killed before the kexec, with everything preserved */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "witness.h"

static void owner(const char *bdf, int ready)
{
	int session = CHECK_OK(luo_create("holdfast-owner-dies"));
	struct owner o;

	owner_open(&o, bdf);
	owner_make_dirty(&o);
	CHECK_OK(luo_preserve(session, o.memfd, 1));
	CHECK_OK(luo_preserve(session, o.dev, 2));
	CHECK_OK(write(ready, "x", 1));
	for (;;)
		pause();
}

static void only(void)
{
	char *bdf = pci_find(ID_IGB, 0), c;
	struct owner o;
	int ready[2];
	pid_t pid;

	CHECK(!pipe(ready), "pipe");
	pid = fork();
	if (!pid)
		owner(bdf, ready[1]);
	close(ready[1]);
	CHECK(read(ready[0], &c, 1) == 1, "the owner gave up");
	pci_check_state(bdf, "preserved");
	mark(MARK_USER);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);

	pci_check_state(bdf, "none");
	mark(MARK_USER + 1);
	owner_open(&o, bdf);
	owner_check(&o);
}

/* Opening it resets it, too: what is meant comes before */
static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 1, MARK_USER, 1, MARK_USER + 1);
	const struct pci_function *f = pci_function_by_id(ev, ID_IGB, 0);

	if (f)
		expect_resets(ev, s, f->bdf, "igb", 1);
}

SCENARIO(owner_dies) = {
	.name = "preserve/owner-dies",
	.proves = "the death of the owner undoes preserve and resets the device",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { only },
	.judge = judge,
};
