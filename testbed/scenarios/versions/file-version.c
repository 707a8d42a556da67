// SPDX-License-Identifier: GPL-2.0-or-later
/* Device files of a version that the new kernel does not read */
#include <errno.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define SIZE	8192
#define MEMORY	"holdfast-version-memory"

static void first(void)
{
	int session, memfd;

	session = CHECK_OK(luo_create(MEMORY));
	memfd = memfd_make("version", SIZE);
	memfd_fill(memfd, SIZE, 405);
	CHECK_OK(luo_preserve(session, memfd, 1));
	update_preserve("holdfast-version", pci_find(ID_E1000E, 0));
	update_go();
}

static void check_others(void)
{
	int session = CHECK_OK(luo_retrieve_session(MEMORY));

	memfd_check(CHECK_OK(luo_retrieve(session, 1)), SIZE, 405);
	CHECK_OK(luo_finish(session));
	close(session);
}

static void second(void)
{
	struct update *u = &updates[0];
	struct owner o;

	update_recall();
	update_check_guarded();
	update_bind();
	update_check_doors_closed();
	check_others();
	update_sessions();
	memfd_check(CHECK_OK(luo_retrieve(u->session_fd, u->token)),
		    OWNER_MEMORY, u->token);
	for (int i = 0; i < 2; i++)
		CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1),
			  EOPNOTSUPP);
	pci_check_state(u->owner.bdf, "incoming");
	CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	CHECK_OK(luo_discard(u->session_fd));
	pci_check_state(u->owner.bdf, "none");
	pci_check_state(pci_parent(u->owner.bdf), "none");
	owner_open(&o, u->owner.bdf);
	owner_check(&o);
	owner_close(&o);
}

static void expect_line(struct evidence *ev, int wrote, int reads)
{
	char *line = text("liveupdate: cannot be retrieved: the previous kernel wrote version %d .*, this one reads version %d$",
			  wrote, reads);

	if (!log_count(ev, 2, line))
		complain(ev, "log: kernel 2 does not tell both versions");
}

static void judge_newer(struct evidence *ev)
{
	expect_line(ev, 3, 2);
}

static void judge_older(struct evidence *ev)
{
	expect_line(ev, 2, 3);
}

SCENARIO(file_version) = {
	.name = "versions/file-version",
	.proves = "a device file of a newer version harms nothing but itself",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=file-version" },
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
	.judge = judge_newer,
};

SCENARIO(file_version_older) = {
	.name = "versions/file-version-older",
	.proves = "a device file of an older version harms nothing but itself",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.cmdline = { "", "mirror=file-version" },
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
	.judge = judge_older,
};
