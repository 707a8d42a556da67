// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DMA with e1000e: one frame goes out. The device fetches the descriptor and
 * the bytes, and writes the descriptor back as done.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "memory.h"

#define TCTL		0x400
#define TCTL_EN		(1 << 1)
#define TDBAL		0x3800
#define TDBAH		0x3804
#define TDLEN		0x3808
#define TDH		0x3810
#define TDT		0x3818

#define RING		8	/* descriptors: the length is in units of 128 */
#define FRAME		64

struct tx_desc {
	uint64_t address;
	uint16_t length;
	uint8_t cso;
	uint8_t cmd;		/* EOP, IFCS, RS */
	volatile uint8_t status;
	uint8_t css;
	uint16_t special;
};

int e1000e_dma(struct owner *o)
{
	struct tx_desc *ring = (struct tx_desc *)o->mem;
	char *frame = o->mem + 4096;
	int ret = -ETIMEDOUT;

	memset(ring, 0, RING * sizeof(*ring));
	pattern_fill(frame, FRAME, 1);
	ring[0].address = OWNER_IOVA + 4096;
	ring[0].length = FRAME;
	ring[0].cmd = 0x0b;

	bar_write(o, TCTL, 0);
	bar_write(o, TDBAL, OWNER_IOVA);
	bar_write(o, TDBAH, 0);
	bar_write(o, TDLEN, RING * sizeof(*ring));
	bar_write(o, TDH, 0);
	bar_write(o, TDT, 0);
	bar_write(o, TCTL, TCTL_EN);
	bar_write(o, TDT, 1);

	for (int i = 0; i < 1000 && ret; i++) {
		if (ring[0].status & 1)
			ret = 0;
		else
			usleep(2000);
	}
	bar_write(o, TCTL, 0);
	return ret;
}
