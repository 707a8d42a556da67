// SPDX-License-Identifier: GPL-2.0-or-later
/* What the test bed knows about the devices QEMU emulates */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "edu.h"
#include "log.h"
#include "memory.h"
#include "pci.h"

static int edu_ok(struct owner *o)
{
	return edu_alive(o->bar);
}

/* Out through the first page, back through the second, guard behind it */
static int edu_dma(struct owner *o)
{
	static unsigned int seed;
	char *out = o->mem, *in = o->mem + EDU_BUFFER;
	char *guard = in + EDU_BUFFER;
	int ret;

	pattern_fill(out, EDU_BUFFER, ++seed);
	memset(in, 0, EDU_BUFFER);
	memset(guard, 0x5a, EDU_BUFFER);
	ret = edu_read_ram(o->bar, OWNER_IOVA, EDU_BUFFER);
	if (!ret)
		ret = edu_write_ram(o->bar, OWNER_IOVA + EDU_BUFFER,
				    EDU_BUFFER);
	if (ret)
		return ret;
	for (int i = 0; i < EDU_BUFFER; i++)
		if (guard[i] != 0x5a)
			return -EOVERFLOW;
	return pattern_check(in, EDU_BUFFER, seed) == EDU_BUFFER ? 0 : -EIO;
}

/* Device status: not all ones, and the fixed reset value of PHYRA aside */
static int e1000e_ok(struct owner *o)
{
	uint32_t status = bar_read(o, 0x8);

	return status == ~0u || !(status & 0x80000) ? -EIO : 0;
}

static int igb_ok(struct owner *o)
{
	uint32_t status = bar_read(o, 0x8);

	return status == ~0u || !status ? -EIO : 0;
}

/* Version register: major 1 */
static int nvme_ok(struct owner *o)
{
	return bar_read(o, 0x8) >> 16 == 1 ? 0 : -EIO;
}

/* The common structure is at the start of BAR 4; it must have queues */
static int virtio_ok(struct owner *o)
{
	uint16_t queues = *(volatile uint16_t *)(o->bar + 0x12);

	return !queues || queues == 0xffff ? -EIO : 0;
}

/* Capability length 0x40, version 1.0 */
static int xhci_ok(struct owner *o)
{
	return bar_read(o, 0) == 0x01000040 ? 0 : -EIO;
}

/* Major version 1; the model reads one register at a time */
static int hda_ok(struct owner *o)
{
	return *(volatile uint8_t *)(o->bar + 3) == 1 ? 0 : -EIO;
}

static const struct device_ops table[] = {
	{ ID_EDU, 0, edu_ok, edu_dma, 0, 0 },
	{ ID_E1000E, 0, e1000e_ok, e1000e_dma, 0x2800, 0x12345000 },
	{ ID_IGB, 0, igb_ok, NULL, 0xc000, 0x12345000 },
	{ ID_IGB_VF, 0, igb_ok, NULL, 0, 0 },
	{ ID_NVME, 0, nvme_ok, nvme_dma, 0, 0 },
	{ ID_VIRTIO_NET, 4, virtio_ok, NULL, 0, 0 },
	{ ID_VIRTIO_RNG, 4, virtio_ok, NULL, 0, 0 },
	{ ID_XHCI, 0, xhci_ok, NULL, 0, 0 },
	{ ID_HDA, 0, hda_ok, NULL, 0, 0 },
};

const struct device_ops *device_ops(const char *bdf)
{
	/* Not from config space: virtual functions have no id there */
	char *vendor = pci_attr(bdf, "vendor");
	char *device = pci_attr(bdf, "device");
	char *id;

	CHECK(vendor && device, "%s: there is no such function", bdf);
	id = text("%04lx:%04lx", strtoul(vendor, NULL, 16),
		  strtoul(device, NULL, 16));
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].id, id))
			return &table[i];
	FAIL("%s: no driver for device %s", bdf, id);
}

int bar_wait(struct owner *o, size_t offset, uint32_t mask, uint32_t value)
{
	double end = now() + 20;

	while ((bar_read(o, offset) & mask) != value) {
		if (now() > end)
			return -ETIMEDOUT;
		usleep(2000);
	}
	return 0;
}
