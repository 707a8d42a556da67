// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DMA with nvme: the controller is enabled and identifies itself into memory.
 * Commands, completions and data all go by DMA.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "device.h"

#define CC		0x14
#define CSTS		0x1c
#define AQA		0x24
#define ASQ		0x28
#define ACQ		0x30
#define DOORBELL_SQ	0x1000

#define CC_ENABLE	((6 << 16) | (4 << 20) | 1)
#define ENTRIES		16

#define SQ		0
#define CQ		4096
#define DATA		8192

static int enable(struct owner *o)
{
	int ret;

	bar_write(o, CC, 0);
	ret = bar_wait(o, CSTS, 1, 0);
	if (ret)
		return ret;
	bar_write(o, AQA, (ENTRIES - 1) << 16 | (ENTRIES - 1));
	bar_write(o, ASQ, OWNER_IOVA + SQ);
	bar_write(o, ASQ + 4, 0);
	bar_write(o, ACQ, OWNER_IOVA + CQ);
	bar_write(o, ACQ + 4, 0);
	bar_write(o, CC, CC_ENABLE);
	return bar_wait(o, CSTS, 1, 1);
}

int nvme_dma(struct owner *o)
{
	uint32_t *command = (uint32_t *)(o->mem + SQ);
	volatile uint32_t *done = (volatile uint32_t *)(o->mem + CQ + 12);
	int ret;

	memset(o->mem, 0, DATA + 4096);
	ret = enable(o);
	if (ret)
		return ret;

	command[0] = 0x06 | 0x1234 << 16;	/* identify, command id */
	command[6] = OWNER_IOVA + DATA;
	command[10] = 1;			/* the controller */
	bar_write(o, DOORBELL_SQ, 1);

	ret = -ETIMEDOUT;
	for (int i = 0; i < 1000 && ret; i++) {
		if (*done & 0x10000)
			ret = *done == (0x1234 | 0x10000) ? 0 : -EIO;
		else
			usleep(2000);
	}
	if (!ret && memcmp(o->mem + DATA + 24, "QEMU NVMe Ctrl", 14))
		ret = -EIO;

	bar_write(o, CC, 0);
	return ret ? ret : bar_wait(o, CSTS, 1, 0);
}
