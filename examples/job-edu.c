// SPDX-License-Identifier: MIT
/*
 * The job of QEMU's "edu" device: a page goes to the device and comes back to
 * another place, over and over. Each half ends with an interrupt.
 */
#include <errno.h>
#include <string.h>

#include "tiny-vmm.h"

#define IRQ_STATUS	0x24
#define IRQ_ACK		0x64
#define DMA_SOURCE	0x80
#define DMA_TARGET	0x88
#define DMA_COUNT	0x90
#define DMA_COMMAND	0x98

#define COMMAND_START	1u
#define COMMAND_TO_RAM	2u
#define COMMAND_IRQ	4u

#define BUFFER		0x40000		/* in the device */
#define SIZE		4096

/* In the share of the memory */
#define OUT		0x2000
#define IN		0x5000

/* Steps */
#define TO_DEVICE	1
#define TO_RAM		2

static struct job_state *state(struct device *d)
{
	return (struct job_state *)d->mem;
}

static void write64(struct device *d, size_t offset, uint64_t value)
{
	*(volatile uint64_t *)(d->bar + offset) = value;
}

static void transfer(struct device *d, uint64_t from, uint64_t to,
		     uint32_t direction)
{
	write64(d, DMA_SOURCE, from);
	write64(d, DMA_TARGET, to);
	write64(d, DMA_COUNT, SIZE);
	write64(d, DMA_COMMAND, COMMAND_START | COMMAND_IRQ | direction);
}

static void begin_round(struct device *d)
{
	uint64_t *page = (uint64_t *)(d->mem + OUT);

	for (size_t i = 0; i < SIZE / 8; i++)
		page[i] = (state(d)->rounds + 1) * 0x100000001b3ull + i;
	memset(d->mem + IN, 0, SIZE);
	state(d)->step = TO_DEVICE;
	transfer(d, d->iova + OUT, BUFFER, 0);
}

static int start(struct device *d, struct hf_error *err)
{
	(void)err;
	begin_round(d);
	return 0;
}

static int look(struct device *d, struct hf_error *err)
{
	uint32_t status = reg_read(d, IRQ_STATUS);

	if (status)
		reg_write(d, IRQ_ACK, status);
	if (reg_read(d, DMA_COMMAND) & COMMAND_START)
		return 0;
	if (state(d)->step == TO_DEVICE) {
		state(d)->step = TO_RAM;
		transfer(d, BUFFER, d->iova + IN, COMMAND_TO_RAM);
		return 0;
	}
	if (memcmp(d->mem + IN, d->mem + OUT, SIZE))
		return vmm_fail(err, -EIO, "job-data", "check DMA", d->bdf,
				"what came back is not what was sent",
				"see the log of the IOMMU");
	state(d)->rounds++;
	begin_round(d);
	return 0;
}

const struct job job_edu = {
	.name = "edu",
	.vendor = 0x1234,
	.device = 0x11e8,
	.bar = 0,
	.interrupts = 1,
	.start = start,
	.look = look,
};
