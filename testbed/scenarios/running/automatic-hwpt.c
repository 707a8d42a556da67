// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a VMM does that never makes a page table: it attaches its devices to the
 * IOAS, marks the page table it is given the ID of, and attaches to the IOAS again
 * in the next kernel. An HDA records all the time; an edu shares its page table, or has
 * one of its own, and is attached later.
 */
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>

#include "edu.h"
#include "running/outlive.h"
#include "raw.h"

#define SESSION		"holdfast-automatic"
#define EDU_TOKEN	100
/* Nothing else of the HDA is there */
#define EDU_AT		0xc000

/* Of the edu; carried to the next kernel */
static struct {
	char bdf[16];
	uint32_t hwpt;
} other;

static void check_edu(struct running *r, int dev)
{
	char *mem = r->owner.mem + EDU_AT, *bar;
	size_t size;

	bar = vfio_bar_map(dev, 0, &size);
	CHECK(bar, "%s: no BAR", other.bdf);
	memset(mem, 0x5a, EDU_BUFFER);
	CHECK_OK(edu_read_ram(bar, OWNER_IOVA + EDU_AT, EDU_BUFFER));
	memset(mem, 0, EDU_BUFFER);
	CHECK_OK(edu_write_ram(bar, OWNER_IOVA + EDU_AT, EDU_BUFFER));
	for (int i = 0; i < EDU_BUFFER; i++)
		CHECK(mem[i] == 0x5a, "DMA: byte %d is %#x", i, mem[i]);
	guard_fill(r, EDU_AT, EDU_AT + EDU_BUFFER);
	munmap(bar, size);
}

/* Attached to the IOAS, by ID of either, it stays where it is */
static void check_stays(struct running *r, int dev, uint32_t hwpt)
{
	CHECK_EQ(vfio_attach_id(dev, r->owner.ioas), hwpt);
	CHECK_EQ(vfio_attach_id(dev, hwpt), hwpt);
}

static int open_edu(struct running *r, uint32_t *ret_id)
{
	unsigned int command;
	int dev;

	strcpy(other.bdf, pci_find(ID_EDU, 0));
	pci_bind(other.bdf, "vfio-pci");
	dev = CHECK_OK(vfio_cdev_open(other.bdf));
	CHECK_OK(vfio_bind_id(dev, r->owner.iommufd, ret_id));
	other.hwpt = CHECK_OK(vfio_attach_id(dev, r->owner.ioas));
	CHECK_OK(vfio_config_read(dev, PCI_COMMAND, 2, &command));
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	CHECK_OK(vfio_config_write(dev, PCI_COMMAND, 2, command));
	return dev;
}

static void preserve(struct running *r, int dev, uint32_t id)
{
	uint32_t fresh;

	hda_start(r);
	hda_check(r);
	check_edu(r, dev);
	hda_watch(r);
	watch_start();
	mark(MARK_USER);

	check_stays(r, r->owner.dev, r->hwpt);
	CHECK_OK(iommufd_hwpt_alloc(r->owner.iommufd, id, r->owner.ioas,
				    &fresh));
	running_preserve(r, SESSION);
	CHECK_OK(luo_preserve(r->session_fd, dev, EDU_TOKEN));
	check_stays(r, r->owner.dev, r->hwpt);
	check_stays(r, dev, other.hwpt);
	CHECK_ERR(vfio_attach(dev, fresh), EBUSY);
	CHECK_ERR(vfio_detach(dev), EBUSY);
	CHECK_ERR(iommufd_destroy(r->owner.iommufd, r->hwpt), EBUSY);
	hda_check(r);
	check_edu(r, dev);
	carry_put("other", &other, sizeof(other));
	running_prepare();
	running_go();
}

static void first_shared(void)
{
	struct running *r = &running[0];
	uint32_t id;
	int dev;

	kho_count("before");
	running_open_automatic(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	dev = open_edu(r, &id);
	CHECK_EQ(other.hwpt, r->hwpt);
	preserve(r, dev, id);
}

/* That of the edu is the first that is tried for the HDA */
static void first_own(void)
{
	struct running *r = &running[0];
	uint32_t id, filler;
	int dev;

	kho_count("before");
	running_open_automatic(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	dev = open_edu(r, &id);
	CHECK(other.hwpt != r->hwpt, "there is only one page table");
	CHECK_OK(iommufd_mark(r->owner.iommufd, other.hwpt));
	CHECK_OK(vfio_detach(r->owner.dev));
	/* Gets its ID, so that the new one comes after that of the edu */
	CHECK_OK(iommufd_ioas_alloc(r->owner.iommufd, &filler));
	r->hwpt = CHECK_OK(vfio_attach_id(r->owner.dev, r->owner.ioas));
	CHECK(other.hwpt < r->hwpt, "page table %u comes before %u", r->hwpt,
	      other.hwpt);
	preserve(r, dev, id);
}

/* Gone with its last device, which any but an automatic one would outlive */
static void check_gone(struct running *r, int dev)
{
	struct owner *o = &r->owner;

	CHECK_OK(vfio_detach(dev));
	if (other.hwpt != r->hwpt)
		CHECK_ERR(raw_mark(o->iommufd, other.hwpt, 1), ENOENT);
	CHECK_ERR(iommufd_destroy(o->iommufd, r->hwpt), EBUSY);
	hda_stop(r);
	CHECK_OK(vfio_detach(o->dev));
	CHECK_ERR(raw_mark(o->iommufd, r->hwpt, 1), ENOENT);
	CHECK_OK(iommufd_unmap(o->iommufd, o->ioas, OWNER_IOVA, r->size));
}

static void second(void)
{
	struct running *r = &running[0];
	uint32_t id, fresh;
	int dev;

	memcpy(&other, carry_get("other", NULL), sizeof(other));
	running_recall();
	pci_bind(other.bdf, "vfio-pci");
	running_retrieve(r);
	check_stays(r, r->owner.dev, r->hwpt);
	hda_check(r);
	running_check_config(r);

	/* Another page table would cut off what is under way */
	dev = CHECK_OK(luo_retrieve(r->session_fd, EDU_TOKEN));
	CHECK_OK(vfio_bind_id(dev, r->owner.iommufd, &id));
	CHECK_OK(iommufd_hwpt_alloc(r->owner.iommufd, id, r->owner.ioas,
				    &fresh));
	CHECK_ERR(vfio_attach(dev, fresh), EBUSY);
	CHECK_EQ(vfio_attach_id(dev, r->owner.ioas), other.hwpt);
	check_stays(r, dev, other.hwpt);
	check_edu(r, dev);
	CHECK_OK(iommufd_destroy(r->owner.iommufd, fresh));

	running_finish();
	pci_check_state(other.bdf, "none");
	check_stays(r, r->owner.dev, r->hwpt);
	check_stays(r, dev, other.hwpt);
	running_map_more(r);
	hda_check(r);
	check_edu(r, dev);
	mark(MARK_USER);
	running_unmap_more(r);

	check_gone(r, dev);
	close(dev);
	running_close(r);
	CHECK_OK(pci_unbind(other.bdf));
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	outlive_judge(ev);
	expect_same_kho(ev, "before", "after");
}

#define AUTOMATIC(mode, suffix, how, ...)				\
SCENARIO(automatic_##mode) = {						\
	.name = "running/automatic-hwpt" suffix,			\
	.proves = "devices attached to an IOAS keep running with its automatic page table" how, \
	.devices = STRINGS(ONE(HDA, 1), ONE(EDU, 2), ##__VA_ARGS__),	\
	.shared_memory = 1,						\
	.stage = { first_shared, second },					\
	.judge = judge,							\
	.time_limit = 90,						\
}

AUTOMATIC(legacy, "", "");
AUTOMATIC(first_level, "-first-level", " (first-level tables)",
	  IOMMU_FIRST_LEVEL);

SCENARIO(automatic_several) = {
	.name = "running/automatic-hwpt-several",
	.proves = "each device keeps its own of several automatic page tables of an IOAS",
	.devices = STRINGS(ONE(HDA, 1), ONE(EDU, 2)),
	.variants = "prod",
	.kernels = { "mirror", "mirror" },
	.cmdline = { "mirror=own-domain", "mirror=own-domain" },
	.shared_memory = 1,
	.stage = { first_own, second },
	.judge = judge,
	.time_limit = 90,
};

SCENARIO(automatic_manual) = {
	.name = "running/automatic-hwpt-manual",
	.proves = "mirror: a page table that is not automatic any more is seen",
	.devices = STRINGS(ONE(HDA, 1), ONE(EDU, 2)),
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.cmdline = { "", "mirror=hwpt-manual" },
	.shared_memory = 1,
	.stage = { first_shared, second },
	.time_limit = 90,
	.expect = OUTCOME_GUEST,
	.expect_text = "attached to another page table",
};
