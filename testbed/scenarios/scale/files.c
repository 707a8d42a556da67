// SPDX-License-Identifier: GPL-2.0-or-later
/* Many files beside a device in one session */
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define FILES	500
#define TOKEN	10000

static void first(void)
{
	struct update *u = update_preserve("holdfast-files",
					   pci_find(ID_EDU, 0));

	for (int i = 0; i < FILES; i++) {
		int memfd = memfd_make("files", 4096);

		memfd_fill(memfd, 4096, i);
		CHECK_OK(luo_preserve(u->session_fd, memfd, TOKEN + i));
		close(memfd);
	}
	update_go();
}

static void second(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();
	for (int i = 0; i < FILES; i++) {
		int memfd = CHECK_OK(luo_retrieve(updates[0].session_fd,
						  TOKEN + i));

		memfd_check(memfd, 4096, i);
		close(memfd);
	}
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

SCENARIO(files_500) = {
	.name = "scale/files",
	.proves = "a device and 500 memfds share a session over a kexec",
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { first, second },
	.judge = judge_updates,
	.time_limit = 90,
};
