// SPDX-License-Identifier: MIT
/* A receiver on a virtual function of an igb */
#include <errno.h>
#include <time.h>

#include "dev-igbvf.h"

#define RDBAL		0x2800
#define RDBAH		0x2804
#define RDLEN		0x2808
#define SRRCTL		0x280c
#define SRRCTL_ADVANCED	(1u << 25)
#define RDH		0x2810
#define RDT		0x2818
#define RXDCTL		0x2828
#define RXDCTL_ENABLE	(1u << 25)

static uint32_t get(const struct e1000e *e, size_t offset)
{
	return *(volatile uint32_t *)(e->bar + offset);
}

static void set(const struct e1000e *e, size_t offset, uint32_t value)
{
	*(volatile uint32_t *)(e->bar + offset) = value;
}

static int wait_queue(const struct e1000e *e)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < 1000; i++, nanosleep(&pause, NULL))
		if (get(e, RXDCTL) & RXDCTL_ENABLE)
			return 0;
	return -ETIMEDOUT;
}

int igbvf_start(const struct e1000e *e)
{
	int err;

	e1000e_fill(e);
	set(e, RXDCTL, 0);
	set(e, RDBAL, e->iova + E1000E_RING);
	set(e, RDBAH, 0);
	set(e, RDLEN, e->n * sizeof(struct e1000e_desc));
	/* The size of a buffer is that of the physical function */
	set(e, SRRCTL, SRRCTL_ADVANCED);
	set(e, RDH, 0);
	set(e, RDT, 0);
	set(e, RXDCTL, RXDCTL_ENABLE);
	err = wait_queue(e);
	if (err)
		return err;
	set(e, RDT, e->n - 1);
	return 0;
}

void igbvf_stop(const struct e1000e *e)
{
	set(e, RXDCTL, 0);
}
