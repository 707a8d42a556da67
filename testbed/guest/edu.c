// SPDX-License-Identifier: GPL-2.0-or-later
/* QEMU's "edu" device */
#include <errno.h>
#include <unistd.h>

#include "edu.h"
#include "log.h"

#define LIVENESS	0x04
#define IRQ_RAISE	0x60

#define MASK		((1ULL << 28) - 1)

static volatile uint32_t *reg(volatile void *bar, size_t offset)
{
	return (volatile uint32_t *)((volatile char *)bar + offset);
}

int edu_alive(volatile void *bar)
{
	static uint32_t value = 0x600df00d;

	*reg(bar, LIVENESS) = ++value;
	return *reg(bar, LIVENESS) == ~value ? 0 : -EIO;
}

/* The device checks nothing: a bad length would be executed */
static void start(volatile void *bar, uint64_t iova, size_t size,
		  unsigned int how)
{
	if (size > EDU_BUFFER || iova + size - 1 > MASK)
		FAIL("edu: %zu bytes at %#llx are out of its reach", size,
		     (unsigned long long)iova);
	edu_start(bar, iova, size, how);
}

static int wait_done(volatile void *bar)
{
	double end = now() + 20;

	while (edu_is_busy(bar)) {
		if (now() > end)
			return -ETIMEDOUT;
		usleep(5000);
	}
	return 0;
}

int edu_read_ram(volatile void *bar, uint64_t iova, size_t size)
{
	start(bar, iova, size, 0);
	return wait_done(bar);
}

void edu_start_write_ram(volatile void *bar, uint64_t iova, size_t size)
{
	start(bar, iova, size, EDU_TO_RAM);
}

int edu_write_ram(volatile void *bar, uint64_t iova, size_t size)
{
	edu_start_write_ram(bar, iova, size);
	return wait_done(bar);
}

void edu_start_write_ram_irq(volatile void *bar, uint64_t iova, size_t size)
{
	start(bar, iova, size, EDU_TO_RAM | EDU_IRQ);
}

void edu_irq_raise(volatile void *bar, uint32_t why)
{
	*reg(bar, IRQ_RAISE) = why;
}
