// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A memfd without seals is changed after it was mapped for a device and before it is
 * preserved. Unless the mapped pages are still those of the file, its iommufd cannot
 * be preserved.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "continuity.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "raw.h"
#include "running.h"
#include "scenario.h"
#include "watch.h"
#include "witness.h"

#define SIZE		(64 << 10)
#define FILE_SIZE	(2L << 20)
#define MAPPED		(1L << 20)
#define IOVA		0x4000000
#define HOLE		(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

enum token { MEMORY, IOMMUFD, OTHER };

static int shrink(int fd)
{
	return ftruncate(fd, MAPPED - 4096);
}

static int shrink_within_page(int fd)
{
	return ftruncate(fd, MAPPED - 1);
}

static int empty(int fd)
{
	return ftruncate(fd, 0);
}

static int shrink_and_grow(int fd)
{
	return ftruncate(fd, MAPPED - 4096) || ftruncate(fd, FILE_SIZE);
}

static int empty_and_fill(int fd)
{
	return ftruncate(fd, 0) || ftruncate(fd, FILE_SIZE) ||
	       fallocate(fd, 0, 0, FILE_SIZE);
}

static int punch(int fd)
{
	return fallocate(fd, HOLE, MAPPED / 2, 4096);
}

static int punch_and_fill(int fd)
{
	return punch(fd) || fallocate(fd, 0, MAPPED / 2, 4096);
}

static int punch_and_write(int fd)
{
	return punch(fd) || pwrite(fd, "x", 1, MAPPED / 2) != 1;
}

/* Seals that come later do not bring the pages back */
static int punch_and_seal(int fd)
{
	return punch_and_fill(fd) ||
	       fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_GROW | F_SEAL_SHRINK);
}

static int nothing(int fd)
{
	return fcntl(fd, F_GET_SEALS) != 0;
}

static int write_to_it(int fd)
{
	return pwrite(fd, "x", 1, 0) != 1;
}

static int grow(int fd)
{
	return ftruncate(fd, 2 * FILE_SIZE);
}

static int shrink_to_mapped(int fd)
{
	return ftruncate(fd, MAPPED);
}

static int punch_behind(int fd)
{
	return fallocate(fd, HOLE, MAPPED, FILE_SIZE - MAPPED);
}

static int grow_and_seal(int fd)
{
	return grow(fd) ||
	       fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_GROW | F_SEAL_SHRINK);
}

static const struct change {
	const char *what;
	int (*make)(int fd);
	int error;
} changes[] = {
	{ "shrunk", shrink, EINVAL },
	{ "shrunk within a page", shrink_within_page, EINVAL },
	{ "emptied", empty, EINVAL },
	{ "shrunk and grown", shrink_and_grow, EINVAL },
	{ "emptied and filled", empty_and_fill, EINVAL },
	{ "a hole", punch, EINVAL },
	{ "a hole that was filled", punch_and_fill, EINVAL },
	{ "a hole that was written", punch_and_write, EINVAL },
	{ "a hole, and sealed later", punch_and_seal, EINVAL },
	{ "unchanged", nothing, 0 },
	{ "written", write_to_it, 0 },
	{ "grown", grow, 0 },
	{ "shrunk to what is mapped", shrink_to_mapped, 0 },
	{ "a hole behind what is mapped", punch_behind, 0 },
	{ "grown, and sealed later", grow_and_seal, 0 },
};

static int preserve(struct running *r, int memfd)
{
	int session = CHECK_OK(luo_create("holdfast-changed")), ret;

	CHECK_OK(luo_preserve(session, r->owner.memfd, MEMORY));
	CHECK_OK(luo_preserve(session, memfd, OTHER));
	ret = luo_preserve(session, r->owner.iommufd, IOMMUFD);
	close(session);
	return ret;
}

static void check_change(struct running *r, const struct change *c)
{
	struct owner *o = &r->owner;
	int fd = memfd_create("changed", MFD_CLOEXEC | MFD_ALLOW_SEALING), ret;

	CHECK(fd >= 0 && !ftruncate(fd, FILE_SIZE), "memfd: %s",
	      strerror(errno));
	CHECK_OK(raw_map_file(o->iommufd, o->ioas, fd, MAPPED, IOVA));
	CHECK(!c->make(fd), "%s: %s", c->what, strerror(errno));
	for (int i = 0; i < 2; i++) {
		ret = preserve(r, fd);
		CHECK(ret == -c->error, "a file that was mapped, then %s: %s",
		      c->what, err_name(ret));
	}
	CHECK_OK(iommufd_unmap(o->iommufd, o->ioas, IOVA, MAPPED));
	/* Mapped anew it is like any other */
	if (c->error && c->make != empty && c->make != shrink &&
	    c->make != shrink_within_page) {
		CHECK_OK(raw_map_file(o->iommufd, o->ioas, fd, MAPPED, IOVA));
		CHECK_OK(preserve(r, fd));
		CHECK_OK(iommufd_unmap(o->iommufd, o->ioas, IOVA, MAPPED));
	}
	close(fd);
}

/* Frozen, but by a session that may be closed before the other one */
static void check_other_session(struct running *r)
{
	struct owner *o = &r->owner;
	int fd = memfd_create("elsewhere", MFD_CLOEXEC);
	int session = CHECK_OK(luo_create("holdfast-elsewhere"));
	int own = CHECK_OK(luo_create("holdfast-changed"));

	CHECK(fd >= 0 && !ftruncate(fd, MAPPED), "memfd: %s", strerror(errno));
	CHECK_OK(raw_map_file(o->iommufd, o->ioas, fd, MAPPED, IOVA));
	CHECK_OK(luo_preserve(session, fd, OTHER));
	CHECK_OK(luo_preserve(own, o->memfd, MEMORY));
	CHECK_ERR(luo_preserve(own, o->iommufd, IOMMUFD), ENOENT);
	close(own);
	close(session);
	CHECK_OK(iommufd_unmap(o->iommufd, o->ioas, IOVA, MAPPED));
	close(fd);
}

static void only(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_EDU, 0), SIZE);
	CHECK_OK(iommufd_mark(r->owner.iommufd, r->hwpt));
	kho_count("before");
	for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++)
		check_change(r, &changes[i]);
	check_other_session(r);
	kho_count("after");
	running_close(r);
}

static void judge(struct evidence *ev)
{
	expect_same_kho(ev, "before", "after");
	if (count_dmar_faults(ev, span_all(ev)))
		complain(ev, "the IOMMU reported faults");
}

SCENARIO(memory_changed) = {
	.name = "memory/changed",
	.proves = "memory whose file lost mapped pages before it was preserved is refused",
	.devices = STRINGS(ONE(EDU, 1)),
	.shared_memory = 1,
	.stage = { only },
	.judge = judge,
	.leaks = 1,
};
