// SPDX-License-Identifier: MIT
/* Registers and interrupts: plain VFIO, nothing about live update */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tiny-vmm.h"

static int failed(const struct device *d, const char *what,
		  struct hf_error *err)
{
	int code = errno ? errno : EIO;

	return vmm_fail(err, -code, "vmm-vfio", what, d->bdf, strerror(code),
			"see the kernel log");
}

static int region(const struct device *d, unsigned int index,
		  struct vfio_region_info *ret)
{
	*ret = (struct vfio_region_info){
		.argsz = sizeof(*ret), .index = index,
	};
	return ioctl(d->fd, VFIO_DEVICE_GET_REGION_INFO, ret);
}

int device_open(struct device *d, struct hf_error *err)
{
	struct vfio_region_info info;
	void *bar;

	if (region(d, VFIO_PCI_BAR0_REGION_INDEX + d->job->bar, &info))
		return failed(d, "find registers", err);
	bar = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd,
		   info.offset);
	if (bar == MAP_FAILED)
		return failed(d, "map registers", err);
	d->bar = bar;
	d->bar_size = info.size;
	return 0;
}

/* Only after a reset: a device that ran on is enabled */
int device_enable(struct device *d, struct hf_error *err)
{
	struct vfio_region_info info;
	uint16_t command;
	off_t at;

	if (region(d, VFIO_PCI_CONFIG_REGION_INDEX, &info))
		return failed(d, "find configuration space", err);
	at = info.offset + PCI_COMMAND;
	if (pread(d->fd, &command, sizeof(command), at) != sizeof(command))
		return failed(d, "read configuration space", err);
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	if (pwrite(d->fd, &command, sizeof(command), at) != sizeof(command))
		return failed(d, "write configuration space", err);
	return 0;
}

static int read_config(struct device *d, uint8_t *config, size_t len,
		       struct hf_error *err)
{
	struct vfio_region_info info;

	if (region(d, VFIO_PCI_CONFIG_REGION_INDEX, &info))
		return failed(d, "find configuration space", err);
	if (pread(d->fd, config, len, info.offset) != (ssize_t)len)
		return failed(d, "read configuration space", err);
	return 0;
}

int device_save_config(struct device *d, struct hf_error *err)
{
	struct job_state *s = (struct job_state *)d->mem;

	return read_config(d, s->config, sizeof(s->config), err);
}

int device_check_config(struct device *d, struct hf_error *err)
{
	const struct job_state *s = (struct job_state *)d->mem;
	uint8_t config[sizeof(s->config)];
	int code = read_config(d, config, sizeof(config), err);
	char object[64];

	for (size_t i = 0; !code && i < sizeof(config); i++) {
		if (config[i] == s->config[i])
			continue;
		snprintf(object, sizeof(object), "%s, offset %#zx", d->bdf, i);
		code = vmm_fail(err, -EBADMSG, "vmm-config",
				"check configuration space", object,
				"it is not what it was before the update",
				"discard the session");
	}
	return code;
}

int device_irq_on(struct vmm *v, struct device *d, struct hf_error *err)
{
	int code;

	if (!d->job->interrupts || d->irq >= 0)
		return 0;
	d->irq = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (d->irq < 0)
		return failed(d, "make eventfd", err);
	code = hf_vfio_irqs_arm(v->ctx, d->fd, VFIO_PCI_MSI_IRQ_INDEX, &d->irq,
				1, err);
	if (code) {
		close(d->irq);
		d->irq = -1;
	}
	return code;
}

int device_irq_off(struct vmm *v, struct device *d, struct hf_error *err)
{
	int code = hf_vfio_irqs_disable(v->ctx, d->fd, err);

	if (!code && d->irq >= 0) {
		close(d->irq);
		d->irq = -1;
	}
	return code;
}
