// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls of the new kernel on a session of the old one, and the reverse */
#include <errno.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "update.h"

/* The library has texts and errors of its own for these */
static int retrieve_session(const char *name)
{
	int luo = CHECK_OK(raw_luo_open()), ret;

	ret = raw_retrieve_session(luo, name);
	close(luo);
	return ret;
}

static void first(void)
{
	struct update *u = update_preserve("holdfast-direction",
					   pci_find(ID_E1000E, 0));

	for (int i = 0; i < 2; i++) {
		CHECK_ERR(raw_finish(u->session_fd), EINVAL);
		CHECK_ERR(luo_discard(u->session_fd), EINVAL);
		CHECK_ERR(luo_retrieve(u->session_fd, u->token), EINVAL);
		CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1), EINVAL);
	}
	CHECK_ERR(retrieve_session("holdfast-direction"), ENOENT);
	pci_check_state(u->owner.bdf, "preserved");
	owner_check(&u->owner);
	update_restore_memory(u);
	update_go();
}

static void second(void)
{
	int memfd = memfd_make("direction", 4096);
	struct update *u = &updates[0];

	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();
	CHECK_ERR(luo_preserve(u->session_fd, memfd, 100), EINVAL);
	CHECK_ERR(retrieve_session(u->session), EINVAL);
	update_retrieve_all();
	CHECK_ERR(luo_preserve(u->session_fd, memfd, 100), EINVAL);
	CHECK_ERR(luo_preserve(u->session_fd, u->owner.dev, 101), EINVAL);
	pci_check_state(u->owner.bdf, "retrieved");
	update_finish();
	update_check_normal();
}

SCENARIO(session_direction) = {
	.name = "uapi/session-direction",
	.proves = "calls for the other kernel's sessions fail, and the session stays usable",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
};
