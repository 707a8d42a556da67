// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every allocation in the retrieve of a memfd fails once, each in that of another
 * memfd: success uses one up. failure/no-memory-retrieve and
 * running/no-memory do the same to devices and iommufds.
 */
#include <unistd.h>

#include "fault.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "memory.h"
#include "scenario.h"

#define FILES	200
#define PAGES	3
#define SIZE	(PAGES * 4096UL)
#define NAME	"faults"

static void first(void)
{
	int session, memfd;

	if (!fault_available())
		stage_skip("this kernel has no fault injection");
	session = CHECK_OK(luo_create(NAME));
	for (int i = 0; i < FILES; i++) {
		memfd = memfd_make("faults", SIZE);
		memfd_fill(memfd, SIZE, i);
		CHECK_OK(luo_preserve(session, memfd, i));
		close(memfd);
	}
	kexec_next();
}

/* Return: was a fault injected? */
static int try_retrieve(int session, int i, int *failed)
{
	int fired, memfd;

	fault_arm(i + 1);
	memfd = luo_retrieve(session, i);
	fired = fault_disarm();
	CHECK(fired || memfd >= 0, "retrieve: %s without a fault",
	      err_name(memfd));
	if (memfd < 0) {
		++*failed;
		memfd = CHECK_OK(luo_retrieve(session, i));
	}
	memfd_check(memfd, SIZE, i);
	close(memfd);
	return fired;
}

static void second(void)
{
	int session, i = 0, failed = 0;

	fault_setup();
	session = CHECK_OK(luo_retrieve_session(NAME));
	leak_mark();
	while (try_retrieve(session, i, &failed))
		CHECK(++i < FILES, "no end after %d sites", i);
	say("note: retrieve of a memfd: %d sites failed once, %d times it did",
	    i, failed);
	CHECK(failed, "retrieve: never failed");
	while (++i < FILES)
		close(CHECK_OK(luo_retrieve(session, i)));
	CHECK_OK(luo_finish(session));
	close(session);
	leak_check();
}

SCENARIO(memory_retrieve_faults) = {
	.name = "memory/retrieve-faults",
	.proves = "a memfd whose retrieve lacked any one allocation can be retrieved again",
	.variants = "debug",
	.cmdline = { "panic_on_warn=1", "panic_on_warn=1" },
	.stage = { first, second },
	.log_allow = STRINGS("cannot retrieve a file of"),
	.time_limit = 240,
};
