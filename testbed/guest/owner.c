// SPDX-License-Identifier: GPL-2.0-or-later
/* The owner of one device */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "iommufd.h"
#include "log.h"
#include "memory.h"
#include "pci.h"
#include "vfio.h"

static void start(struct owner *o)
{
	unsigned int command;

	o->ops = device_ops(o->bdf);
	o->mem = memfd_map(o->memfd, OWNER_MEMORY);
	o->iommufd = CHECK_OK(iommufd_open());
	CHECK_OK(iommufd_ioas_alloc(o->iommufd, &o->ioas));
	CHECK_OK(iommufd_map_file(o->iommufd, o->ioas, o->memfd, OWNER_MEMORY,
				  OWNER_IOVA));
	CHECK_OK(vfio_bind(o->dev, o->iommufd));
	CHECK_OK(vfio_attach(o->dev, o->ioas));

	CHECK_OK(vfio_config_read(o->dev, PCI_COMMAND, 2, &command));
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	CHECK_OK(vfio_config_write(o->dev, PCI_COMMAND, 2, command));
	o->bar = vfio_bar_map(o->dev, o->ops->bar, &o->bar_size);
	CHECK(o->bar, "%s: BAR %u cannot be mapped: %s", o->bdf, o->ops->bar,
	      strerror(errno));
}

void owner_open(struct owner *o, const char *bdf)
{
	memset(o, 0, sizeof(*o));
	snprintf(o->bdf, sizeof(o->bdf), "%s", bdf);
	pci_bind(bdf, "vfio-pci");
	o->dev = CHECK_OK(vfio_cdev_open(bdf));
	o->memfd = memfd_make("owner", OWNER_MEMORY);
	start(o);
}

void owner_adopt(struct owner *o, const char *bdf, int dev, int memfd)
{
	memset(o, 0, sizeof(*o));
	snprintf(o->bdf, sizeof(o->bdf), "%s", bdf);
	o->dev = dev;
	o->memfd = memfd >= 0 ? memfd : memfd_make("owner", OWNER_MEMORY);
	start(o);
}

void owner_check(struct owner *o)
{
	int ret = o->ops->alive(o);

	CHECK(!ret, "%s: registers of %s do not answer: %s", o->bdf,
	      o->ops->id, err_name(ret));
	if (!o->ops->dma)
		return;
	ret = o->ops->dma(o);
	CHECK(!ret, "%s: DMA of %s: %s", o->bdf, o->ops->id, err_name(ret));
}

void owner_make_dirty(struct owner *o)
{
	CHECK(o->ops->dirty, "%s: no register of %s shows a reset", o->bdf,
	      o->ops->id);
	bar_write(o, o->ops->dirty, o->ops->dirty_value);
	CHECK(owner_is_dirty(o), "%s: register %#x does not keep its value",
	      o->bdf, o->ops->dirty);
}

int owner_is_dirty(struct owner *o)
{
	return bar_read(o, o->ops->dirty) == o->ops->dirty_value;
}

void owner_close(struct owner *o)
{
	munmap((void *)o->bar, o->bar_size);
	munmap(o->mem, OWNER_MEMORY);
	close(o->dev);
	close(o->iommufd);
	close(o->memfd);
}
