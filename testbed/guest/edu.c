// SPDX-License-Identifier: GPL-2.0-or-later
/* QEMU's "edu" device */
#include <errno.h>
#include <unistd.h>

#include "edu.h"
#include "log.h"

#define EDU_LIVENESS	0x04
#define EDU_IRQ_STATUS	0x24
#define EDU_IRQ_RAISE	0x60
#define EDU_IRQ_ACK	0x64
#define EDU_DMA_SRC	0x80
#define EDU_DMA_DST	0x88
#define EDU_DMA_COUNT	0x90
#define EDU_DMA_CMD	0x98
#define EDU_INTERNAL	0x40000

#define EDU_CMD_START	1
#define EDU_CMD_TO_RAM	2
#define EDU_CMD_IRQ	4

#define EDU_MASK	((1ULL << 28) - 1)

static volatile uint32_t *reg32(volatile void *bar, size_t offset)
{
	return (volatile uint32_t *)((volatile char *)bar + offset);
}

static volatile uint64_t *reg64(volatile void *bar, size_t offset)
{
	return (volatile uint64_t *)((volatile char *)bar + offset);
}

int edu_alive(volatile void *bar)
{
	static uint32_t value = 0x600df00d;

	*reg32(bar, EDU_LIVENESS) = ++value;
	return *reg32(bar, EDU_LIVENESS) == ~value ? 0 : -EIO;
}

static void start(volatile void *bar, uint64_t src, uint64_t dst, size_t size,
		  uint64_t cmd)
{
	*reg64(bar, EDU_DMA_SRC) = src;
	*reg64(bar, EDU_DMA_DST) = dst;
	*reg64(bar, EDU_DMA_COUNT) = size;
	*reg64(bar, EDU_DMA_CMD) = cmd;
}

/* The device checks nothing: a bad length would be executed */
static void check_range(uint64_t iova, size_t size)
{
	if (size > EDU_BUFFER || iova + size - 1 > EDU_MASK)
		FAIL("edu: %zu bytes at %#llx are out of its reach", size,
		     (unsigned long long)iova);
}

static int wait_done(volatile void *bar)
{
	double end = now() + 20;

	while (*reg64(bar, EDU_DMA_CMD) & EDU_CMD_START) {
		if (now() > end)
			return -ETIMEDOUT;
		usleep(5000);
	}
	return 0;
}

int edu_read_ram(volatile void *bar, uint64_t iova, size_t size)
{
	check_range(iova, size);
	start(bar, iova, EDU_INTERNAL, size, EDU_CMD_START);
	return wait_done(bar);
}

void edu_start_write_ram(volatile void *bar, uint64_t iova, size_t size)
{
	check_range(iova, size);
	start(bar, EDU_INTERNAL, iova, size, EDU_CMD_START | EDU_CMD_TO_RAM);
}

int edu_write_ram(volatile void *bar, uint64_t iova, size_t size)
{
	edu_start_write_ram(bar, iova, size);
	return wait_done(bar);
}

void edu_start_write_ram_irq(volatile void *bar, uint64_t iova, size_t size)
{
	check_range(iova, size);
	start(bar, EDU_INTERNAL, iova, size,
	      EDU_CMD_START | EDU_CMD_TO_RAM | EDU_CMD_IRQ);
}

void edu_irq_raise(volatile void *bar, uint32_t why)
{
	*reg32(bar, EDU_IRQ_RAISE) = why;
}

uint32_t edu_irq_take(volatile void *bar)
{
	uint32_t why = *reg32(bar, EDU_IRQ_STATUS);

	*reg32(bar, EDU_IRQ_ACK) = why;
	return why;
}
