// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A memfd that cannot be retrieved for lack of memory can be retrieved later, by
 * somebody who has more, or be discarded. Meanwhile and until the session is
 * finished its pages stay as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "measure.h"
#include "memory.h"
#include "scenario.h"

#define SIZE		(12UL << 20)
#define LIMIT		(6UL << 20)
#define NAME		"again"
#define DISCARDED	"discarded"
#define TOKEN		7

static void preserve(const char *name, unsigned int seed)
{
	int session = CHECK_OK(luo_create(name));
	int memfd = memfd_make(name, SIZE);

	memfd_fill(memfd, SIZE, seed);
	CHECK_OK(luo_preserve(session, memfd, TOKEN));
}

static void first(void)
{
	preserve(NAME, 1);
	preserve(DISCARDED, 2);
	kexec_next();
}

static int retrieve(void *arg)
{
	int fd = luo_retrieve(*(int *)arg, TOKEN);

	return fd < 0 ? fd : 0;
}

static void in_vain(int session)
{
	CHECK_ERR(cgroup_call(LIMIT, retrieve, &session), ENOMEM);
	CHECK_EQ(oom_kills(), 0);
	/* What the next attempt of somebody else pays for */
	CHECK(cgroup_charged() < (long)(LIMIT / 2), "%ld bytes stay charged",
	      cgroup_charged());
}

static void overcommit(int mode, long kbytes)
{
	char *value = text("%ld", kbytes);

	CHECK_OK(file_write("/proc/sys/vm/overcommit_kbytes", value,
			    strlen(value)));
	CHECK_OK(file_write("/proc/sys/vm/overcommit_memory",
			    mode ? "2" : "0", 1));
}

static int punch(int memfd)
{
	return fallocate(memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 0, 4096) ? -errno : 0;
}

static void check_discarded(void)
{
	int session = CHECK_OK(luo_retrieve_session(DISCARDED));
	long before, after;

	in_vain(session);
	before = free_pages();
	CHECK_OK(luo_discard(session));
	after = free_pages();
	CHECK(after - before > (long)(SIZE / 4096 * 9 / 10),
	      "%ld of %lu pages are free again", after - before, SIZE / 4096);
}

static void second(void)
{
	int session = CHECK_OK(luo_retrieve_session(NAME)), memfd;

	in_vain(session);
	in_vain(session);
	overcommit(2, proc_number("/proc/meminfo", "Committed_AS:") +
		      LIMIT / 1024);
	memfd = luo_retrieve(session, TOKEN);
	overcommit(0, 0);
	CHECK_ERR(memfd, ENOSPC);

	memfd = CHECK_OK(luo_retrieve(session, TOKEN));
	memfd_check(memfd, SIZE, 1);
	CHECK_ERR(punch(memfd), EPERM);
	CHECK_OK(luo_finish(session));
	CHECK_OK(punch(memfd));
	check_discarded();
}

SCENARIO(memory_retrieve_again) = {
	.name = "memory/retrieve-again",
	.proves = "a memfd that could not be retrieved can be retrieved later",
	.variants = "prod module debug",
	.stage = { first, second },
	.log_allow = STRINGS("cannot retrieve a file of"),
};
