// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of a VMM that was written for the series that upstream discusses: each
 * answers as there. Its page table is the automatic one of the IOAS.
 */
#include <errno.h>
#include <linux/iommufd.h>
#include <linux/liveupdate.h>
#include <linux/pci_regs.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "edu.h"
#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "owner.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "stage.h"
#include "vfio.h"

#define NAME	"upstream"

enum token { MEMORY, IOMMUFD, DEVICE, EMPTY, OTHER, OTHER_IOMMUFD };

/* Of the device that runs on; carried to the next kernel */
struct carried {
	char bdf[16], other[16];
	uint32_t ioas, hwpt;
};

/* Sources that set it by its name there must compile, and mean the same */
_Static_assert(offsetof(struct liveupdate_session_finish, reserved) ==
	       offsetof(struct liveupdate_session_finish, flags),
	       "another place");

static void check_state(const char *bdf, const char *state, const char *running)
{
	pci_check_state(bdf, state);
	CHECK(pci_attr_is(bdf, "liveupdate/running", running),
	      "%s: liveupdate/running is not %s", bdf, running);
}

/* Marks: a token names one page table, a page table can be renamed */
static void check_marks(struct owner *o, uint32_t hwpt, uint32_t dev_id)
{
	uint32_t second;

	CHECK_OK(iommufd_hwpt_alloc(o->iommufd, dev_id, o->ioas, &second));
	CHECK_ERR(raw_mark(o->iommufd, o->ioas, 1), ENOENT);
	CHECK_OK(raw_mark(o->iommufd, hwpt, 1));
	CHECK_ERR(raw_mark(o->iommufd, hwpt, 1), EADDRINUSE);
	CHECK_ERR(raw_mark(o->iommufd, second, 1), EADDRINUSE);
	CHECK_OK(raw_mark(o->iommufd, hwpt, 2));
	CHECK_ERR(raw_mark(o->iommufd, second, 2), EADDRINUSE);
	CHECK_OK(raw_mark(o->iommufd, second, 1));
	CHECK_OK(iommufd_destroy(o->iommufd, second));
}

/* Who has marked counts on DMA: the iommufd is missing, or comes too late */
static void check_order(struct owner *o)
{
	int session = CHECK_OK(luo_create("order"));

	CHECK_ERR(luo_preserve(session, o->dev, DEVICE), ENOENT);
	check_state(o->bdf, "none", "0");
	CHECK_OK(luo_preserve(session, o->memfd, MEMORY));
	CHECK_ERR(luo_preserve(session, o->dev, DEVICE), ENOENT);
	CHECK_OK(luo_preserve(session, o->iommufd, IOMMUFD));
	CHECK_OK(luo_preserve(session, o->dev, DEVICE));
	check_state(o->bdf, "preserved", "1");
	close(session);
	check_state(o->bdf, "none", "0");
}

/* An automatic page table goes away with its last device, but not meanwhile */
static void check_automatic(struct owner *o, uint32_t hwpt)
{
	int session = CHECK_OK(luo_create("automatic"));

	CHECK_OK(luo_preserve(session, o->memfd, MEMORY));
	CHECK_OK(luo_preserve(session, o->iommufd, IOMMUFD));
	CHECK_OK(vfio_detach(o->dev));
	CHECK_ERR(raw_mark(o->iommufd, hwpt, 3), EBUSY);
	/* Bound, but attached to nothing: there is no DMA to lose */
	CHECK_OK(luo_preserve(session, o->dev, DEVICE));
	check_state(o->bdf, "preserved", "0");
	close(session);
	CHECK_ERR(raw_mark(o->iommufd, hwpt, 3), ENOENT);
}

/* Unmarked, and its iommufd is in the session: it cannot keep it running */
static void check_unmarked(struct owner *o)
{
	int session = CHECK_OK(luo_create("unmarked"));

	CHECK_OK(luo_preserve(session, o->iommufd, IOMMUFD));
	CHECK_ERR(luo_preserve(session, o->dev, DEVICE), EINVAL);
	check_state(o->bdf, "none", "0");
	close(session);
}

/* Return: the ID of the device in its iommufd */
static uint32_t open_with_id(struct owner *o, const char *bdf)
{
	unsigned int command;
	uint32_t dev_id;

	owner_open(o, bdf);
	owner_check(o);
	CHECK_OK(vfio_config_read(o->dev, PCI_COMMAND, 2, &command));
	munmap((void *)o->bar, o->bar_size);
	close(o->dev);
	o->dev = CHECK_OK(vfio_cdev_open(bdf));
	CHECK_OK(vfio_bind_id(o->dev, o->iommufd, &dev_id));
	CHECK_OK(vfio_config_write(o->dev, PCI_COMMAND, 2, command));
	return dev_id;
}

static void first(void)
{
	struct carried c = { 0 };
	struct owner o, other;
	uint32_t dev_id;
	int session;

	dev_id = open_with_id(&o, pci_find(ID_EDU, 0));
	c.ioas = o.ioas;
	c.hwpt = CHECK_OK(vfio_attach_id(o.dev, o.ioas));

	check_unmarked(&o);
	check_marks(&o, c.hwpt, dev_id);
	check_order(&o);
	check_automatic(&o, c.hwpt);

	c.hwpt = CHECK_OK(vfio_attach_id(o.dev, o.ioas));
	CHECK_OK(raw_mark(o.iommufd, c.hwpt, 7));
	owner_open(&other, pci_find(ID_EDU, 1));
	CHECK_OK(vfio_detach(other.dev));
	session = CHECK_OK(luo_create(NAME));
	CHECK_OK(luo_preserve(session, o.memfd, MEMORY));
	CHECK_OK(luo_preserve(session, o.iommufd, IOMMUFD));
	CHECK_OK(luo_preserve(session, o.dev, DEVICE));
	CHECK_OK(luo_preserve(session, CHECK_OK(iommufd_open()), EMPTY));
	CHECK_OK(luo_preserve(session, other.iommufd, OTHER_IOMMUFD));
	CHECK_OK(luo_preserve(session, other.dev, OTHER));
	check_state(o.bdf, "preserved", "1");
	check_state(other.bdf, "preserved", "0");
	strcpy(c.bdf, o.bdf);
	strcpy(c.other, other.bdf);
	carry_put("carried", &c, sizeof(c));
	kexec_prepare(NULL);
	FAIL("reboot(KEXEC): %s", err_name(raw_reboot()));
}

/* What has come over without a mark is an iommufd like a new one */
static void check_empty(int iommufd)
{
	uint32_t ioas;

	CHECK_OK(iommufd_ioas_alloc(iommufd, &ioas));
	CHECK_OK(iommufd_destroy(iommufd, ioas));
}

static void second(void)
{
	struct carried *c = carry_get("carried", NULL);
	int session, memfd, iommufd, dev, other;
	uint32_t dev_id, fresh;
	char *mem, *bar;
	size_t size;

	check_state(c->bdf, "incoming", "1");
	check_state(c->other, "incoming", "0");
	pci_bind(c->bdf, "vfio-pci");
	pci_bind(c->other, "vfio-pci");
	session = CHECK_OK(luo_retrieve_session(NAME));
	memfd = CHECK_OK(luo_retrieve(session, MEMORY));
	iommufd = CHECK_OK(luo_retrieve(session, IOMMUFD));
	dev = CHECK_OK(luo_retrieve(session, DEVICE));
	check_empty(CHECK_OK(luo_retrieve(session, EMPTY)));
	check_empty(CHECK_OK(luo_retrieve(session, OTHER_IOMMUFD)));
	other = CHECK_OK(luo_retrieve(session, OTHER));
	CHECK_OK(vfio_bind(other, CHECK_OK(iommufd_open())));

	/* Another page table first would cut off what is under way */
	CHECK_OK(vfio_bind_id(dev, iommufd, &dev_id));
	CHECK_OK(iommufd_hwpt_alloc(iommufd, dev_id, c->ioas, &fresh));
	CHECK_ERR(vfio_attach_id(dev, fresh), EBUSY);
	CHECK(vfio_attach_id(dev, c->ioas) == c->hwpt,
	      "the IOAS has another automatic page table");
	CHECK_ERR(raw_mark(iommufd, c->hwpt, 7), EADDRINUSE);
	CHECK_OK(luo_finish(session));

	mem = memfd_map(memfd, OWNER_MEMORY);
	memset(mem, 0x5a, EDU_BUFFER);
	bar = (char *)vfio_bar_map(dev, 0, &size);
	CHECK(bar, "no BAR");
	CHECK_OK(edu_read_ram(bar, OWNER_IOVA, EDU_BUFFER));
	memset(mem, 0, EDU_BUFFER);
	CHECK_OK(edu_write_ram(bar, OWNER_IOVA, EDU_BUFFER));
	for (int i = 0; i < EDU_BUFFER; i++)
		CHECK(mem[i] == 0x5a, "DMA: byte %d is %#x", i, mem[i]);

	/* It is automatic still, and goes with its last device */
	CHECK_OK(vfio_detach(dev));
	CHECK_ERR(raw_mark(iommufd, c->hwpt, 8), ENOENT);
	check_state(c->bdf, "none", "0");
}

SCENARIO(uapi_marks) = {
	.name = "uapi/marks",
	.proves = "marks, their tokens and the order of files behave as in upstream's series",
	.devices = STRINGS(ONE(EDU, 1), ONE(EDU, 2)),
	.shared_memory = 1,
	.stage = { first, second },
	.time_limit = 90,
};
