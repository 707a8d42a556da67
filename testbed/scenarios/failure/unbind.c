// SPDX-License-Identifier: GPL-2.0-or-later
/* An unbind in the new kernel, between retrieve and finish */
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "unbind.h"
#include "update.h"

static const char *const allowed[] = {
	"Relaying device request to user",
	"No device request channel registered", NULL,
};

static void first(void)
{
	update_preserve("holdfast-unbind", pci_find(ID_E1000E, 0));
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
	pid = unbind_start(bdf);
	unbind_check_waits(pid);
	pci_check_state(bdf, "retrieved");
	owner_check(o);
	update_finish();
	unbind_check_waits(pid);
	owner_close(o);
	unbind_check_ended(pid);
	pci_check_state(bdf, "none");
	owner_open(o, bdf);
	update_check_normal();
}

SCENARIO(unbind_in_use) = {
	.name = "failure/unbind",
	.proves = "an unbind waits for the owner and for the end of its session",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, in_use },
	.log_allow = allowed,
};
