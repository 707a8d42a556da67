/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the test bed knows about the devices QEMU emulates */
#ifndef TESTBED_GUEST_DEVICE_H
#define TESTBED_GUEST_DEVICE_H

#include "owner.h"

/**
 * struct device_ops - a driver of a few lines
 * @id:		"vendor:device"
 * @bar:	BAR with the registers
 * @alive:	0 if the registers answer as this device's do
 * @dma:	0 if bytes went to the device and came back, NULL if not known
 * @dirty:	32-bit register that can be written and that a reset sets to 0,
 *		0 if there is none. The model of e1000e does not do that when
 *		it is reset through its power state
 * @dirty_value: what to write there
 */
struct device_ops {
	const char *id;
	unsigned int bar;
	int (*alive)(struct owner *o);
	int (*dma)(struct owner *o);
	unsigned int dirty;
	uint32_t dirty_value;
};

const struct device_ops *device_ops(const char *bdf);

static inline uint32_t bar_read(struct owner *o, size_t offset)
{
	return *(volatile uint32_t *)(o->bar + offset);
}

static inline void bar_write(struct owner *o, size_t offset, uint32_t value)
{
	*(volatile uint32_t *)(o->bar + offset) = value;
}

/* Poll until (register & mask) == value; -ETIMEDOUT after some seconds */
int bar_wait(struct owner *o, size_t offset, uint32_t mask, uint32_t value);

int e1000e_dma(struct owner *o);
int nvme_dma(struct owner *o);

#endif
