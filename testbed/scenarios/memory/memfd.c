// SPDX-License-Identifier: GPL-2.0-or-later
/* The plain live update that everything else builds on */
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "marker.h"
#include "memory.h"
#include "scenario.h"

#define SIZE	(1 << 20)
#define TOKEN	0x100

static void first(void)
{
	int session = CHECK_OK(luo_create("holdfast-memfd"));
	int memfd = memfd_make("memfd", SIZE);

	memfd_fill(memfd, SIZE, 200);
	CHECK_OK(luo_preserve(session, memfd, TOKEN));
	kexec_next();
}

static void second(void)
{
	int session = CHECK_OK(luo_retrieve_session("holdfast-memfd"));
	int memfd;

	mark(MARK_RETRIEVE);
	memfd = CHECK_OK(luo_retrieve(session, TOKEN));
	memfd_check(memfd, SIZE, 200);
	CHECK_OK(luo_finish(session));
	mark(MARK_FINISHED);
	memfd_check(memfd, SIZE, 200);
}

SCENARIO(memfd) = {
	.name = "memory/memfd",
	.proves = "a memfd and its bytes reach the next kernel",
	.variants = ALL_VARIANTS,
	.stage = { first, second },
};
