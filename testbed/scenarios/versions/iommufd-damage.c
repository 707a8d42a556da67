// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of an iommufd or of a running device's file that are damaged: they
 * are refused, and DMA goes on until the device is given up.
 */
#include "running/outlive.h"
#include "owner.h"

static void first(void)
{
	struct running *r = outlive_start();

	running_preserve(r, "holdfast-iommufd-damage");
	running_prepare();
	running_go();
}

static void find(struct running *r)
{
	struct owner *o = &r->owner;

	running_recall();
	mark(MARK_BIND);
	pci_bind(o->bdf, "vfio-pci");
	running_find_session(r);
	mark(MARK_RETRIEVE);
	o->memfd = CHECK_OK(luo_retrieve(r->session_fd, r->token));
	o->mem = memfd_map(o->memfd, r->size);
}

/* Nothing writes to the memory any more: it belongs to nobody's device */
static void check_stopped(struct running *r)
{
	uint32_t at = hda_position(r);

	usleep(500000);
	CHECK(hda_position(r) == at, "%s: DMA goes on after its end",
	      r->owner.bdf);
	guard_fill(r, 0, r->size);
	usleep(500000);
	guard_check(r, 0, r->size);
}

/* It is given up, is reset, and then a device like any other */
static void give_up(struct running *r)
{
	struct owner o;

	CHECK_ERR(luo_finish(r->session_fd), EBUSY);
	hda_check(r);
	mark(MARK_USER);
	CHECK_OK(luo_discard(r->session_fd));
	close(r->session_fd);
	mark(MARK_FINISHED);
	check_stopped(r);
	pci_check_state(r->owner.bdf, "none");
	owner_open(&o, r->owner.bdf);
	owner_close(&o);
	close(r->owner.memfd);
}

static void refused(int error, int file)
{
	struct running *r = &running[0];
	int fd[2] = { -1, -1 };

	find(r);
	for (int i = 1; i < file; i++)
		fd[i] = CHECK_OK(luo_retrieve(r->session_fd, r->token + i));
	for (int i = 0; i < 3; i++) {
		CHECK_ERR(luo_retrieve(r->session_fd, r->token + file), error);
		hda_check(r);
	}
	pci_check_state(r->owner.bdf, "incoming");
	if (fd[1] >= 0)
		close(fd[1]);
	give_up(r);
}

static void iommufd_invalid(void)
{
	refused(EINVAL, 1);
}

static void iommufd_absent(void)
{
	refused(ENOENT, 1);
}

static void device_invalid(void)
{
	refused(EINVAL, 2);
}

static void judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "hda");
	struct span s = span_markers(ev, 1, MARK_USER, 2, MARK_USER);
	struct flow f = expect_flow(ev, &a, s, 100, OUTLIVE_LIMIT);

	expect_translation(ev, s);
	expect_no_faults(ev, NULL);
	remark(ev, "hda: %zu DMAs, largest gap %.1f ms, until it is given up",
	       f.n, f.largest_gap * 1e3);
	arrivals_free(&a);
}

#define DAMAGED(sym, label, word, words, how)				\
SCENARIO(sym) = {							\
	.name = label,							\
	.proves = words " and DMA goes on until the end",		\
	.variants = "prod",						\
	.kernels = { "mirror", NULL },					\
	.cmdline = { "mirror=" word },					\
	.devices = STRINGS(ONE(HDA, 1)),				\
	.shared_memory = 1,						\
	.stage = { first, how },					\
	.judge = judge,							\
	.time_limit = 90,						\
}

DAMAGED(iommufd_version, "versions/iommufd-version", "iommufd-version",
	"an iommufd of a newer version is refused", iommufd_invalid);
DAMAGED(iommufd_size, "versions/iommufd-size", "iommufd-size",
	"an iommufd of another size is refused", iommufd_invalid);
DAMAGED(iommufd_areas, "versions/iommufd-areas", "iommufd-areas",
	"an iommufd whose list is cut off is refused", iommufd_invalid);
DAMAGED(iommufd_address, "versions/iommufd-address", "iommufd-address",
	"an iommufd with a list at a bad address is refused",
	iommufd_invalid);
DAMAGED(area_iova, "versions/area-iova", "area-iova",
	"a mapping at another address is refused", iommufd_invalid);
DAMAGED(area_length, "versions/area-length", "area-length",
	"a mapping that is longer than its file is refused",
	iommufd_invalid);
DAMAGED(area_offset, "versions/area-offset", "area-offset",
	"a mapping of other pages of its file is refused", iommufd_invalid);
DAMAGED(area_token, "versions/area-token", "area-token",
	"a mapping of a file that is not there is refused", iommufd_absent);
DAMAGED(area_ioas, "versions/area-ioas", "area-ioas",
	"a mapping in nowhere is refused", iommufd_invalid);
DAMAGED(area_flags, "versions/area-flags", "area-flags",
	"a mapping with unknown properties is refused", iommufd_invalid);
DAMAGED(hwpt_twice, "versions/hwpt-twice", "hwpt-twice",
	"an ID that is there twice is refused", iommufd_invalid);
DAMAGED(hwpt_domain, "versions/hwpt-domain", "hwpt-domain",
	"page tables that the IOMMU does not have are refused",
	iommufd_absent);
DAMAGED(hwpt_ioas, "versions/hwpt-ioas", "hwpt-ioas",
	"page tables of no address space are refused", iommufd_invalid);
DAMAGED(state_size, "versions/state-size", "state-size",
	"a device state that is cut off is refused", device_invalid);
DAMAGED(state_flags, "versions/state-flags", "state-flags",
	"a device state with unknown flags is refused", device_invalid);
DAMAGED(state_cfg, "versions/state-cfg", "state-cfg",
	"a device state of an impossible size is refused", device_invalid);
