// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A running device uses memfds that anybody could resize: one without seals, and one
 * that cannot get any, as QEMU makes them for ROMs. While a session holds them they
 * cannot be changed, and the device finds its pages in the next kernel. Afterwards
 * they can be changed, and the device keeps the pages it had.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "raw.h"
#include "running.h"
#include "scenario.h"
#include "watch.h"

#define SESSION		"holdfast-unsealed"
#define SIZE		(64 << 10)
#define BOUNCE		0x2000		/* in the owner's memory */
#define OPEN_SIZE	(3L << 20)	/* more than one table of the IOMMU */
#define AT		(OPEN_SIZE - EDU_BUFFER)

static struct open_file {
	unsigned int flags;
	int seals;
	uint64_t iova;
	unsigned int token;
	int fd;
} files[] = {
	{ MFD_ALLOW_SEALING, 0, 0x4000000, 100, -1 },
	{ 0, F_SEAL_SEAL, 0x6000000, 101, -1 },
};

/* From the device to the page of the file that is mapped, and back to our memory */
static void write_page(struct running *r, const struct open_file *f, long at,
		       unsigned int seed)
{
	pattern_fill(r->owner.mem + BOUNCE, EDU_BUFFER, seed);
	CHECK_OK(edu_read_ram(r->owner.bar, OWNER_IOVA + BOUNCE, EDU_BUFFER));
	CHECK_OK(edu_write_ram(r->owner.bar, f->iova + at, EDU_BUFFER));
}

static void check_page(struct running *r, const struct open_file *f, long at,
		       unsigned int seed)
{
	char *mem = r->owner.mem + BOUNCE;

	memset(mem, 0, EDU_BUFFER);
	CHECK_OK(edu_read_ram(r->owner.bar, f->iova + at, EDU_BUFFER));
	CHECK_OK(edu_write_ram(r->owner.bar, OWNER_IOVA + BOUNCE, EDU_BUFFER));
	CHECK(pattern_check(mem, EDU_BUFFER, seed) == EDU_BUFFER,
	      "the device reads something else at IOVA %#llx",
	      (unsigned long long)f->iova + at);
}

static void check_file(const struct open_file *f, long at, unsigned int seed)
{
	char *mem = memfd_map(f->fd, OPEN_SIZE);

	CHECK(pattern_check(mem + at, EDU_BUFFER, seed) == EDU_BUFFER,
	      "file %u has something else at %#lx", f->token, at);
	munmap(mem, OPEN_SIZE);
}

static int allocate(int fd, int mode, off_t from, off_t size)
{
	return fallocate(fd, mode, from, size) ? -errno : 0;
}

static int resize(int fd, off_t size)
{
	return ftruncate(fd, size) ? -errno : 0;
}

/* Each way to give a file other pages, or more of them */
static void check_frozen(const struct open_file *f)
{
	struct stat st;

	CHECK_ERR(resize(f->fd, 0), EPERM);
	CHECK_ERR(resize(f->fd, OPEN_SIZE - 1), EPERM);
	CHECK_ERR(resize(f->fd, OPEN_SIZE + 4096), EPERM);
	CHECK_ERR(allocate(f->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			   0, 4096), EPERM);
	CHECK_ERR(allocate(f->fd, 0, OPEN_SIZE, 4096), EPERM);
	CHECK(pwrite(f->fd, "x", 1, OPEN_SIZE) < 0 && errno == EPERM,
	      "a write beyond the end of file %u: %s", f->token,
	      strerror(errno));
	CHECK(!fstat(f->fd, &st) && st.st_size == OPEN_SIZE,
	      "file %u has another size", f->token);
	CHECK_EQ(fcntl(f->fd, F_GET_SEALS), f->seals);
}

static void open_all(struct running *r)
{
	running_open(r, pci_find(ID_EDU, 0), SIZE);
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++) {
		struct open_file *f = &files[i];

		f->fd = memfd_create("open", f->flags | MFD_CLOEXEC);
		CHECK(f->fd >= 0 && !ftruncate(f->fd, OPEN_SIZE), "memfd: %s",
		      strerror(errno));
		CHECK_OK(raw_map_file(r->owner.iommufd, r->owner.ioas, f->fd,
				      OPEN_SIZE, f->iova));
		write_page(r, f, 0, f->token);
	}
}

static void preserve(struct running *r)
{
	running_session(r, SESSION);
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++)
		CHECK_OK(luo_preserve(r->session_fd, files[i].fd,
				      files[i].token));
	running_preserve(r, SESSION);
}

static void first(void)
{
	struct running *r = &running[0];

	kho_count("before");
	open_all(r);
	preserve(r);
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++)
		check_frozen(&files[i]);
	running_give_up();
	/* An owner that gives up can do with its files as it likes */
	CHECK_OK(resize(files[1].fd, OPEN_SIZE + 4096));
	CHECK_OK(resize(files[1].fd, OPEN_SIZE));
	preserve(r);
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++)
		check_frozen(&files[i]);
	running_prepare();
	/* Under way while the kernels change */
	pattern_fill(r->owner.mem + BOUNCE, EDU_BUFFER, 7);
	CHECK_OK(edu_read_ram(r->owner.bar, OWNER_IOVA + BOUNCE, EDU_BUFFER));
	edu_start_write_ram(r->owner.bar, files[1].iova + AT, EDU_BUFFER);
	running_go();
}

/* A file that loses its pages: they are the device's alone */
static void check_cut(struct running *r, const struct open_file *f)
{
	static const char zero[EDU_BUFFER];
	char *mem;

	CHECK_OK(resize(f->fd, 0));
	check_page(r, f, 0, f->token);
	CHECK_OK(resize(f->fd, OPEN_SIZE));
	mem = memfd_map(f->fd, OPEN_SIZE);
	for (long at = 0; at < OPEN_SIZE; at += EDU_BUFFER)
		CHECK(!memcmp(mem + at, zero, EDU_BUFFER),
		      "file %u: not zero at %#lx", f->token, at);
	write_page(r, f, 0, 8);
	check_page(r, f, 0, 8);
	CHECK(!memcmp(mem, zero, EDU_BUFFER),
	      "file %u: the device wrote to a page that it never had",
	      f->token);
	munmap(mem, OPEN_SIZE);
	CHECK_OK(iommufd_unmap(r->owner.iommufd, r->owner.ioas, f->iova,
			       OPEN_SIZE));
}

static void second(void)
{
	struct running *r = &running[0];

	running_recall();
	running_find_session(r);
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++) {
		files[i].fd = CHECK_OK(luo_retrieve(r->session_fd,
						    files[i].token));
		check_frozen(&files[i]);
		check_file(&files[i], 0, files[i].token);
	}
	check_file(&files[1], AT, 7);
	running_retrieve(r);
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++) {
		check_frozen(&files[i]);
		check_page(r, &files[i], 0, files[i].token);
	}
	running_check_config(r);
	running_finish();
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++) {
		check_cut(r, &files[i]);
		close(files[i].fd);
	}
	running_close(r);
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_same_kho(ev, "before", "after");
}

SCENARIO(memory_unsealed) = {
	.name = "memory/unsealed",
	.proves = "memory without seals stays what a running device maps until finish",
	.devices = STRINGS(ONE(EDU, 1)),
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
};
