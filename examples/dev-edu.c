// SPDX-License-Identifier: MIT
/* QEMU's "edu" device */
#include "dev-edu.h"

#define IRQ_STATUS	0x24
#define IRQ_ACK		0x64
#define DMA_SOURCE	0x80
#define DMA_TARGET	0x88
#define DMA_COUNT	0x90
#define DMA_COMMAND	0x98

#define COMMAND_START	1u
#define BUFFER		0x40000		/* in the device */

static volatile uint32_t *reg32(volatile void *bar, size_t offset)
{
	return (volatile uint32_t *)((volatile char *)bar + offset);
}

static volatile uint64_t *reg64(volatile void *bar, size_t offset)
{
	return (volatile uint64_t *)((volatile char *)bar + offset);
}

void edu_start(volatile void *bar, uint64_t iova, size_t size, unsigned int how)
{
	int to_ram = how & EDU_TO_RAM;

	*reg64(bar, DMA_SOURCE) = to_ram ? BUFFER : iova;
	*reg64(bar, DMA_TARGET) = to_ram ? iova : BUFFER;
	*reg64(bar, DMA_COUNT) = size;
	*reg64(bar, DMA_COMMAND) = COMMAND_START | how;
}

int edu_is_busy(volatile void *bar)
{
	return *reg32(bar, DMA_COMMAND) & COMMAND_START;
}

uint32_t edu_irq_take(volatile void *bar)
{
	uint32_t why = *reg32(bar, IRQ_STATUS);

	if (why)
		*reg32(bar, IRQ_ACK) = why;
	return why;
}
