// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The owner of a running device calls BIND and ATTACH with an argument that the
 * kernel can read but not write to, in both kernels, with a DMA under way. The
 * device stays attached: the same DMA lands.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "continuity.h"
#include "edu.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "vfio.h"

#define SIZE	(64 << 10)
#define IN	0x4000
#define SEED	230

static int ioctl_read_only(int fd, unsigned long request, const void *arg,
			   size_t size)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret;

	CHECK(page != MAP_FAILED, "mmap: %s", strerror(errno));
	memcpy(page, arg, size);
	CHECK(!mprotect(page, 4096, PROT_READ), "mprotect: %s",
	      strerror(errno));
	ret = ioctl(fd, request, page) ? -errno : 0;
	munmap(page, 4096);
	return ret;
}

static int attach_read_only(struct running *r)
{
	struct vfio_device_attach_iommufd_pt arg = {
		.argsz = sizeof(arg), .pt_id = r->hwpt,
	};

	return ioctl_read_only(r->owner.dev, VFIO_DEVICE_ATTACH_IOMMUFD_PT,
			       &arg, sizeof(arg));
}

static int bind_read_only(struct running *r)
{
	struct vfio_device_bind_iommufd arg = {
		.argsz = sizeof(arg), .iommufd = r->owner.iommufd,
	};

	return ioctl_read_only(r->owner.dev, VFIO_DEVICE_BIND_IOMMUFD, &arg,
			       sizeof(arg));
}

static void check_landed(struct running *r)
{
	size_t landed = pattern_check(r->owner.mem + IN, EDU_BUFFER, SEED);

	CHECK(landed == EDU_BUFFER, "%zu of %d bytes of the DMA landed",
	      landed, EDU_BUFFER);
}

/* edu takes 100 ms from here to the DMA */
static void check_attach(struct running *r)
{
	memset(r->owner.mem + IN, 0, EDU_BUFFER);
	edu_start_write_ram(r->owner.bar, OWNER_IOVA + IN, EDU_BUFFER);
	CHECK_ERR(attach_read_only(r), EFAULT);
	CHECK_ERR(vfio_detach(r->owner.dev), EBUSY);
	while (edu_is_busy(r->owner.bar))
		;
	check_landed(r);
}

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_EDU, 0), SIZE);
	pattern_fill(r->owner.mem, EDU_BUFFER, SEED);
	CHECK_OK(edu_read_ram(r->owner.bar, OWNER_IOVA, EDU_BUFFER));
	running_preserve(r, "holdfast-attach-fault");
	check_attach(r);
	running_prepare();
	memset(r->owner.mem + IN, 0, EDU_BUFFER);
	edu_start_write_ram(r->owner.bar, OWNER_IOVA + IN, EDU_BUFFER);
	running_go();
}

static void check_running(struct running *r)
{
	CHECK(pci_attr_is(r->owner.bdf, "liveupdate/running", "1"),
	      "%s: no longer running", r->owner.bdf);
}

static void second(void)
{
	struct running *r = &running[0];
	struct owner *o = &r->owner;

	running_recall();
	mark(MARK_BIND);
	pci_bind(o->bdf, "vfio-pci");
	running_find_session(r);
	o->memfd = CHECK_OK(luo_retrieve(r->session_fd, r->token));
	o->mem = memfd_map(o->memfd, r->size);
	o->iommufd = CHECK_OK(luo_retrieve(r->session_fd, r->token + 1));
	o->dev = CHECK_OK(luo_retrieve(r->session_fd, r->token + 2));

	CHECK_ERR(bind_read_only(r), EFAULT);
	check_running(r);
	CHECK_OK(vfio_bind_id(o->dev, o->iommufd, &r->dev_id));
	CHECK_ERR(attach_read_only(r), EFAULT);
	CHECK_ERR(vfio_detach(o->dev), EBUSY);
	check_running(r);
	CHECK_OK(vfio_attach(o->dev, r->hwpt));
	o->bar = vfio_bar_map(o->dev, 0, &o->bar_size);
	CHECK(o->bar, "BAR 0 cannot be mapped: %s", strerror(errno));
	check_landed(r);
	check_attach(r);
	check_running(r);
	running_finish();

	/* Like any other from here on */
	CHECK_ERR(attach_read_only(r), EFAULT);
	CHECK_OK(edu_write_ram(o->bar, OWNER_IOVA + IN, EDU_BUFFER));
	CHECK_OK(vfio_detach(o->dev));
	running_close(r);
}

SCENARIO(attach_fault) = {
	.name = "running/attach-fault",
	.proves = "an ATTACH that cannot report its result detaches nothing",
	.devices = STRINGS(ONE(EDU, 1)),
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge_running,
};
