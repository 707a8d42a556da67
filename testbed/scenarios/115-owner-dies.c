// SPDX-License-Identifier: GPL-2.0-or-later
/* The owner is killed before the kexec, with everything preserved */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"

static void owner(const char *bdf, int ready)
{
	int session = CHECK_OK(luo_create(CHECK_OK(luo_open()),
					  "holdfast-115"));
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
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);

	pci_check_state(bdf, "none");
	owner_open(&o, bdf);
	CHECK(!owner_is_dirty(&o), "%s was not reset", bdf);
	owner_check(&o);
}

SCENARIO(owner_dies) = {
	.name = "115-owner-dies",
	.proves = "the death of the owner undoes preserve and resets the device",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { only },
};
