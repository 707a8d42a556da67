// SPDX-License-Identifier: GPL-2.0-or-later
/* The driver's module comes after /dev/liveupdate was opened */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "stage.h"
#include "update.h"
#include "witness.h"

#define SIZE	8192

static void first(void)
{
	int session, memfd;

	stage_load_modules();
	session = CHECK_OK(luo_create("holdfast-late-module-memory"));
	memfd = memfd_make("late-module", SIZE);
	memfd_fill(memfd, SIZE, 213);
	CHECK_OK(luo_preserve(session, memfd, 1));
	update_preserve("holdfast-late-module", pci_find(ID_EDU, 0));
	update_go();
}

static void second(void)
{
	int session;

	/* Its session cannot be ended without knowing what is in it */
	session = CHECK_OK(luo_retrieve_session("holdfast-late-module"));
	CHECK_ERR(luo_retrieve(session, 1), ENOENT);
	CHECK_ERR(luo_finish(session), EBUSY);
	CHECK_ERR(luo_discard(session), EBUSY);
	close(session);

	/* Somebody else's session is not held up */
	session = CHECK_OK(luo_retrieve_session("holdfast-late-module-memory"));
	memfd_check(CHECK_OK(luo_retrieve(session, 1)), SIZE, 213);
	CHECK_OK(luo_finish(session));
	close(session);

	update_recall();
	update_check_guarded();
	CHECK_EQ(luo_file_state(HF_INCOMING, "holdfast-late-module", 1),
		 HF_FILE_NO_HANDLER);

	stage_load_modules();
	update_check_guarded();
	update_bind();
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

SCENARIO(late_module) = {
	.name = "kexec/late-module",
	.proves = "opening /dev/liveupdate before vfio-pci is loaded is fine",
	.variants = "module",
	.devices = STRINGS(ONE(EDU, 1)),
	.late_modules = 1,
	.stage = { first, second },
	.judge = judge_updates,
};
