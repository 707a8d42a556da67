// SPDX-License-Identifier: GPL-2.0-or-later
/* The owner dies in the new kernel while somebody else holds its session */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"

static void first(void)
{
	update_preserve("holdfast-session-held", pci_find(ID_IGB, 0));
	update_go();
}

static void owner(int ready)
{
	update_retrieve(&updates[0]);
	owner_make_dirty(&updates[0].owner);
	CHECK_EQ(write(ready, "", 1), 1);
	pause();
	_exit(1);
}

/* The holder has the session only, as a broker does that starts owners */
static void second(void)
{
	struct update *u = &updates[0];
	int ready[2], dev, memfd, status;
	char bdf[16], byte;
	pid_t pid;

	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();
	CHECK_OK(pipe(ready));
	pid = fork();
	if (!pid)
		owner(ready[1]);
	CHECK_EQ(read(ready[0], &byte, 1), 1);

	/* While its owner lives there is one file */
	dev = CHECK_OK(luo_retrieve(u->session_fd, u->token + 1));
	CHECK_OK(vfio_check_bound(dev));
	close(dev);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status), "the first owner ended with %#x", status);
	CHECK_ERR(vfio_cdev_open(updates[0].owner.bdf), EBUSY);

	/* And then another one, of a device that was reset */
	memcpy(bdf, u->owner.bdf, sizeof(bdf));
	memfd = CHECK_OK(luo_retrieve(u->session_fd, u->token));
	memfd_check(memfd, OWNER_MEMORY, u->token);
	dev = CHECK_OK(luo_retrieve(u->session_fd, u->token + 1));
	CHECK_ERR(vfio_check_bound(dev), EUNATCH);
	pci_check_state(bdf, "retrieved");
	owner_adopt(&u->owner, bdf, dev, memfd);
	CHECK(!owner_is_dirty(&u->owner), "the device was not reset");
	owner_check(&u->owner);
	update_finish();
	update_check_normal();
}

SCENARIO(session_held) = {
	.name = "failure/session-held",
	.proves = "who holds the session can replace an owner that died",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { first, second },
};
