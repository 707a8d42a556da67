// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page table made for dirty tracking, as QEMU makes each where the IOMMU can track.
 * QEMU's IOMMU cannot: the kernels are told that it does, and no dirty bit is ever set.
 */
#include "running/outlive.h"
#include "raw.h"

#define SESSION	"holdfast-dirty"

/* What only such a page table answers to, tracking being switched or not */
static void check_kind(struct running *r, int switch_error)
{
	int iommufd = r->owner.iommufd;

	CHECK_OK(raw_read_dirty(iommufd, r->hwpt, OWNER_IOVA));
	for (int on = 1; on >= 0; on--) {
		if (switch_error)
			CHECK_ERR(raw_track_dirty(iommufd, r->hwpt, on),
				  switch_error);
		else
			CHECK_OK(raw_track_dirty(iommufd, r->hwpt, on));
		CHECK_OK(raw_read_dirty(iommufd, r->hwpt, OWNER_IOVA));
		hda_check(r);
	}
}

static void check_ordinary(struct running *r)
{
	int iommufd = r->owner.iommufd;
	uint32_t ordinary;

	CHECK_OK(iommufd_hwpt_alloc(iommufd, r->dev_id, r->owner.ioas,
				    &ordinary));
	CHECK_ERR(raw_read_dirty(iommufd, ordinary, OWNER_IOVA), EOPNOTSUPP);
	CHECK_ERR(raw_track_dirty(iommufd, ordinary, 1), EOPNOTSUPP);
	CHECK_OK(iommufd_destroy(iommufd, ordinary));
}

/* A migration is under way */
static void check_refused(struct running *r)
{
	struct owner *o = &r->owner;
	int session = CHECK_OK(luo_create("holdfast-tracking"));

	CHECK_OK(iommufd_mark(o->iommufd, r->hwpt));
	CHECK_OK(luo_preserve(session, o->memfd, 0));
	CHECK_OK(raw_track_dirty(o->iommufd, r->hwpt, 1));
	for (int i = 0; i < 3; i++)
		CHECK_ERR(luo_preserve(session, o->iommufd, 1), EBUSY);
	CHECK_OK(raw_track_dirty(o->iommufd, r->hwpt, 0));
	CHECK_OK(luo_preserve(session, o->iommufd, 1));
	check_kind(r, EBUSY);
	close(session);
	check_kind(r, 0);
}

static void first(void)
{
	struct running *r = &running[0];
	struct owner *o = &r->owner;
	uint32_t ordinary;

	kho_count("before");
	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	ordinary = r->hwpt;
	CHECK_OK(raw_hwpt_alloc_dirty(o->iommufd, r->dev_id, o->ioas,
				      &r->hwpt));
	CHECK_OK(vfio_attach(o->dev, r->hwpt));
	CHECK_OK(iommufd_destroy(o->iommufd, ordinary));
	hda_start(r);
	hda_check(r);
	hda_watch(r);
	watch_start();
	mark(MARK_USER);

	check_ordinary(r);
	check_refused(r);
	r->marked = 1;
	running_preserve(r, SESSION);
	check_kind(r, EBUSY);
	running_prepare();
	running_go();
}

static void second(void)
{
	struct running *r = &running[0];

	running_recall();
	running_retrieve(r);
	hda_check(r);
	running_check_config(r);
	check_kind(r, 0);
	check_ordinary(r);
	running_finish();
	check_kind(r, 0);
	running_map_more(r);
	hda_check(r);
	mark(MARK_USER);
	running_unmap_more(r);
	hda_stop(r);
	running_close(r);
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	outlive_judge(ev);
	expect_same_kho(ev, "before", "after");
	if (log_count(ev, 1, "cannot preserve it: dirty tracking is on") != 3)
		complain(ev, "log: not one line for each refusal");
}

SCENARIO(dirty_tracking) = {
	.name = "running/dirty-tracking",
	.proves = "a page table that can track dirty pages goes along and still can, unless tracking is on",
	.devices = STRINGS(ONE(HDA, 1), IOMMU_SCALABLE),
	.variants = "prod",
	.kernels = { "mirror", "mirror" },
	.cmdline = { "mirror=slads", "mirror=slads" },
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
	.time_limit = 90,
};
