// SPDX-License-Identifier: GPL-2.0-or-later
/* What an iommufd and its devices are not preserved with, and what it costs */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "raw.h"
#include "running.h"
#include "scenario.h"
#include "vfio.h"
#include "watch.h"
#include "witness.h"

#define SIZE		(64 << 10)
#define OTHER_IOVA	0x4000000
#define OTHER_SIZE	(16 << 10)
#define HOLES_SIZE	(4 << 20)

enum token { MEMORY, IOMMUFD, DEVICE, OTHER };

static int new_session(void)
{
	return CHECK_OK(luo_create("holdfast-iommufd-refused"));
}

static void check_running(const char *bdf, const char *value)
{
	CHECK(pci_attr_is(bdf, "liveupdate/running", value),
	      "%s: liveupdate/running is not %s", bdf, value);
}

/* Memory that is not in the session yet, and memory that cannot be */
static void check_memory(struct running *r)
{
	struct owner *o = &r->owner;
	int session = new_session();
	void *mem;

	CHECK_ERR(luo_preserve(session, o->iommufd, IOMMUFD), ENOENT);
	CHECK_OK(luo_preserve(session, o->memfd, MEMORY));

	mem = mmap(NULL, OTHER_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(mem != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK_OK(raw_map_user(o->iommufd, o->ioas, mem, OTHER_SIZE,
			      OTHER_IOVA));
	CHECK_ERR(luo_preserve(session, o->iommufd, IOMMUFD), EINVAL);
	CHECK_OK(iommufd_unmap(o->iommufd, o->ioas, OTHER_IOVA, OTHER_SIZE));
	munmap(mem, OTHER_SIZE);
	close(session);
}

/*
 * A file with one page other than those mapped, wherever that is in what is
 * compared in one go: pages are compared 512 at a time. Mapped anew it is fine.
 */
static void check_holes(struct running *r)
{
	static const int pages[] = { 0, 1, 511, 512, HOLES_SIZE / 4096 - 1 };
	struct owner *o = &r->owner;
	int session, memfd = memfd_make("holes", HOLES_SIZE);

	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		CHECK_OK(iommufd_map_file(o->iommufd, o->ioas, memfd,
					  HOLES_SIZE, OTHER_IOVA));
		CHECK(!fallocate(memfd,
				 FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				 pages[i] * 4096L, 4096),
		      "hole: %s", strerror(errno));
		session = new_session();
		CHECK_OK(luo_preserve(session, o->memfd, MEMORY));
		CHECK_OK(luo_preserve(session, memfd, OTHER));
		CHECK_ERR(luo_preserve(session, o->iommufd, IOMMUFD), EINVAL);
		CHECK_OK(iommufd_unmap(o->iommufd, o->ioas, OTHER_IOVA,
				       HOLES_SIZE));
		CHECK_OK(iommufd_map_file(o->iommufd, o->ioas, memfd,
					  HOLES_SIZE, OTHER_IOVA));
		CHECK_OK(luo_preserve(session, o->iommufd, IOMMUFD));
		close(session);
		CHECK_OK(iommufd_unmap(o->iommufd, o->ioas, OTHER_IOVA,
				       HOLES_SIZE));
	}
	close(memfd);
}

/* In the session, but the device hangs on a page table that is not marked */
static void check_unmarked(struct running *r)
{
	struct owner *o = &r->owner;
	int session = new_session();
	uint32_t unmarked;

	CHECK_OK(iommufd_hwpt_alloc(o->iommufd, r->dev_id, o->ioas,
				    &unmarked));
	CHECK_OK(vfio_attach(o->dev, unmarked));
	CHECK_OK(luo_preserve(session, o->memfd, MEMORY));
	CHECK_OK(luo_preserve(session, o->iommufd, IOMMUFD));
	CHECK_ERR(luo_preserve(session, o->dev, DEVICE), EINVAL);
	pci_check_state(o->bdf, "none");
	close(session);
	CHECK_OK(vfio_attach(o->dev, r->hwpt));
	CHECK_OK(iommufd_destroy(o->iommufd, unmarked));
}

static int preserve_all(struct running *r)
{
	struct owner *o = &r->owner;
	int session = new_session();

	CHECK_OK(luo_preserve(session, o->memfd, MEMORY));
	CHECK_OK(luo_preserve(session, o->iommufd, IOMMUFD));
	CHECK_OK(luo_preserve(session, o->dev, DEVICE));
	pci_check_state(o->bdf, "preserved");
	check_running(o->bdf, "1");
	return session;
}

static void check_immutable(struct running *r)
{
	struct owner *o = &r->owner;
	int memfd = memfd_make("other", OTHER_SIZE);
	int session = preserve_all(r), second;

	CHECK_ERR(iommufd_map_file(o->iommufd, o->ioas, memfd, OTHER_SIZE,
				   OTHER_IOVA), EBUSY);
	CHECK_ERR(iommufd_unmap(o->iommufd, o->ioas, OWNER_IOVA, r->size),
		  EBUSY);
	CHECK_ERR(vfio_detach(o->dev), EBUSY);
	CHECK_ERR(vfio_attach(o->dev, o->ioas), EBUSY);
	CHECK_ERR(iommufd_destroy(o->iommufd, r->hwpt), EBUSY);
	CHECK_ERR(iommufd_destroy(o->iommufd, o->ioas), EBUSY);

	/* Nor is it anybody else's to give away */
	second = CHECK_OK(luo_create("holdfast-iommufd-refused-b"));
	CHECK_ERR(luo_preserve(second, o->iommufd, IOMMUFD), EBUSY);
	close(second);

	/* It goes on working all the time */
	CHECK_OK(edu_write_ram(o->bar, OWNER_IOVA, EDU_BUFFER));
	close(session);

	pci_check_state(o->bdf, "none");
	check_running(o->bdf, "0");
	CHECK_OK(iommufd_map_file(o->iommufd, o->ioas, memfd, OTHER_SIZE,
				  OTHER_IOVA));
	CHECK_OK(edu_write_ram(o->bar, OTHER_IOVA, EDU_BUFFER));
	CHECK_OK(iommufd_unmap(o->iommufd, o->ioas, OTHER_IOVA, OTHER_SIZE));
	CHECK_OK(vfio_detach(o->dev));
	CHECK_OK(vfio_attach(o->dev, r->hwpt));
	close(memfd);
}

static void only(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_EDU, 0), SIZE);
	CHECK_OK(iommufd_mark(r->owner.iommufd, r->hwpt));
	kho_count("before");
	check_memory(r);
	check_holes(r);
	check_unmarked(r);
	check_immutable(r);
	check_immutable(r);
	kho_count("after");
	close(preserve_all(r));
	running_close(r);
}

static void judge(struct evidence *ev)
{
	expect_same_kho(ev, "before", "after");
	if (count_dmar_faults(ev, span_all(ev)))
		complain(ev, "the IOMMU reported faults");
}

SCENARIO(iommufd_refused) = {
	.name = "running/iommufd-refused",
	.proves = "an iommufd is preserved whole or not at all, and in order",
	.devices = STRINGS(ONE(EDU, 1)),
	.shared_memory = 1,
	.stage = { only },
	.judge = judge,
};
