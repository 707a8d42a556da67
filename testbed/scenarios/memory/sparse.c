// SPDX-License-Identifier: GPL-2.0-or-later
/* A memfd whose holes take more memory than there is cannot be preserved */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "log.h"
#include "luo.h"
#include "memory.h"
#include "scenario.h"

#define MB		(1UL << 20)
#define HUGE		(8192 * MB)
#define LARGE		(64 * MB)
#define USED		(4 * MB)	/* the rest is a hole */
#define LIMIT		(24 * MB)
#define NAME		"sparse"

static int sparse(size_t size)
{
	int fd = memfd_create(NAME, MFD_ALLOW_SEALING);
	void *mem;

	CHECK(fd >= 0 && !ftruncate(fd, size), "memfd: %s", strerror(errno));
	mem = mmap(NULL, USED, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(mem != MAP_FAILED, "mmap: %s", strerror(errno));
	pattern_fill(mem, USED, 1);
	CHECK_EQ(pattern_check(mem, USED, 1), USED);
	munmap(mem, USED);
	return fd;
}

static unsigned long held(int fd)
{
	struct stat st;

	CHECK(!fstat(fd, &st), "fstat: %s", strerror(errno));
	return st.st_blocks * 512;
}

/* As if nobody had tried */
static void check_undone(int fd)
{
	CHECK_EQ(held(fd), USED);
	CHECK_EQ(oom_kills(), 0);
	CHECK(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			 4096), "the file is frozen: %s", strerror(errno));
	CHECK(!fallocate(fd, 0, 0, 4096), "fallocate: %s", strerror(errno));
}

static int preserve(void *arg)
{
	int *fds = arg;

	return luo_preserve(fds[0], fds[1], 1);
}

static void only(void)
{
	int session = CHECK_OK(luo_create(NAME)), huge = sparse(HUGE);
	int fds[] = { session, sparse(LARGE) };

	CHECK_ERR(luo_preserve(session, huge, 1), ENOMEM);
	check_undone(huge);
	close(huge);

	CHECK_ERR(cgroup_call(LIMIT, preserve, fds), ENOMEM);
	check_undone(fds[1]);
	say("note: %ld bytes stay charged", cgroup_charged());

	CHECK_OK(luo_preserve(session, fds[1], 1));
	CHECK_EQ(held(fds[1]), LARGE);
	close(session);
}

SCENARIO(memory_sparse) = {
	.name = "memory/sparse",
	.proves = "a memfd with too large holes is refused and nobody is killed",
	.variants = "prod module debug",
	.stage = { only },
	.log_allow = STRINGS("no memory for its holes", "its holes take"),
};
