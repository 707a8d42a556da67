// SPDX-License-Identifier: GPL-2.0-or-later
/* An unbind in the new kernel, between retrieve and finish */
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"

static const char *const allowed[] = {
	"Relaying device request to user",
	"No device request channel registered", NULL,
};

static pid_t start_unbind(const char *bdf)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	/* exec, or it would wait for its own copies of files and BARs */
	close_range(3, ~0U, 0);
	execl("/bin/busybox", "sh", "-c",
	      text("echo %s > /sys/bus/pci/drivers/vfio-pci/unbind", bdf),
	      NULL);
	_exit(127);
}

static void check_waits(pid_t pid)
{
	sleep(1);
	CHECK(!waitpid(pid, NULL, WNOHANG), "unbind did not wait");
}

static void check_ended(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid && !status,
	      "unbind did not end well: %#x", status);
}

static void first(void)
{
	update_preserve("holdfast-310", pci_find(ID_E1000E, 0));
	update_go();
}

/* The owner goes on, and ends its session before it lets the device go */
static void in_use(void)
{
	struct owner *o = &updates[0].owner;
	char bdf[16];
	pid_t pid;

	update_recall();
	memcpy(bdf, o->bdf, sizeof(bdf));
	update_check_guarded();
	update_bind();
	update_sessions();
	update_retrieve_all();
	pid = start_unbind(bdf);
	check_waits(pid);
	pci_check_state(bdf, "retrieved");
	owner_check(o);
	update_finish();
	check_waits(pid);
	owner_close(o);
	check_ended(pid);
	pci_check_state(bdf, "none");
	owner_open(o, bdf);
	update_check_normal();
}

SCENARIO(unbind_in_use) = {
	.name = "310-unbind",
	.proves = "an unbind waits for the owner and for the end of its session",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, in_use },
	.log_allow = allowed,
};
