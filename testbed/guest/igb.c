// SPDX-License-Identifier: GPL-2.0-or-later
/* A driver for the physical function of an igb */
#include <stdint.h>
#include <unistd.h>

#include "igb.h"
#include "log.h"
#include "util.h"

#define CTRL		0x0000
#define CTRL_SLU	(1u << 6)
#define STATUS		0x0008
#define STATUS_LU	(1u << 1)
#define MDIC		0x0020
#define MDIC_READY	(1u << 28)
/* PHY 1, register 0: negotiate, now */
#define MDIC_NEGOTIATE	(1u << 26 | 1u << 21 | 1u << 12 | 1u << 9)
#define RCTL		0x0100
#define RCTL_ON		(1u << 1 | 3u << 16 | 1u << 26)	/* 256 bytes, no CRC */
#define GPIE		0x1514
#define GPIE_MSIX	(1u << 4)	/* an interrupt has a vector of its own */
#define VFRE		0x0c8c
#define MRQC		0x5818
#define MRQC_VMDQ	3
#define VT_CTL		0x581c
#define VT_CTL_VM	(1u << 0)
#define VT_CTL_NO_POOL	(1u << 29)
#define VT_CTL_COPY	(1u << 30)
#define VMOLR(vf)	(0x5ad0 + 4 * (vf))
#define VMOLR_FEED	(1u << 27 | 1u << 24)	/* broadcasts, untagged */

/* Of a virtual function, for its first vector */
#define VTEICS		0x1520
#define VTEIMS		0x1524
#define VTEICR		0x1580

/* ... of the words between it and the driver of its physical function */
#define VMBMEM		0x0800
#define VMBMEM_RESET	1
#define VMBMEM_REPLY	(3u << 30)	/* it was heard, or refused */
#define VMAILBOX	0x0c40
#define VMAILBOX_SENT	(1u << 0)
#define VMAILBOX_READ	(1u << 1)
#define VMAILBOX_OURS	(1u << 2)
#define VMAILBOX_REPLY	(1u << 4)	/* cleared by reading it */

static uint32_t get(volatile char *bar, size_t offset)
{
	return *(volatile uint32_t *)(bar + offset);
}

static void set(volatile char *bar, size_t offset, uint32_t value)
{
	*(volatile uint32_t *)(bar + offset) = value;
}

static void wait_for(volatile char *bar, size_t offset, uint32_t bit)
{
	double end = now() + 20;

	while (!(get(bar, offset) & bit)) {
		CHECK(now() < end, "igb: bit %#x of register %#zx stays off",
		      bit, offset);
		usleep(2000);
	}
}

void igb_start(volatile char *bar)
{
	set(bar, CTRL, get(bar, CTRL) | CTRL_SLU);
	set(bar, MDIC, MDIC_NEGOTIATE);
	wait_for(bar, MDIC, MDIC_READY);
	wait_for(bar, STATUS, STATUS_LU);
	set(bar, GPIE, GPIE_MSIX);
	set(bar, VT_CTL, VT_CTL_VM | VT_CTL_NO_POOL | VT_CTL_COPY);
	set(bar, MRQC, MRQC_VMDQ);
	set(bar, RCTL, RCTL_ON);
}

void igb_feed(volatile char *bar, unsigned int vf)
{
	set(bar, VMOLR(vf), VMOLR_FEED);
	set(bar, VFRE, get(bar, VFRE) | 1u << vf);
}

void igb_vf_interrupt(volatile char *vf_bar)
{
	set(vf_bar, VTEICR, 1);
	set(vf_bar, VTEIMS, 1);
	set(vf_bar, VTEICS, 1);
}

void igb_vf_ask(volatile char *vf_bar)
{
	uint32_t reply;

	set(vf_bar, VMAILBOX, VMAILBOX_OURS);
	wait_for(vf_bar, VMAILBOX, VMAILBOX_OURS);
	set(vf_bar, VMBMEM, VMBMEM_RESET);
	set(vf_bar, VMAILBOX, VMAILBOX_SENT);
	wait_for(vf_bar, VMAILBOX, VMAILBOX_REPLY);
	reply = get(vf_bar, VMBMEM);
	CHECK((reply & ~VMBMEM_REPLY) == VMBMEM_RESET &&
	      reply & VMBMEM_REPLY, "igb: the reply to a reset is %#x", reply);
	set(vf_bar, VMAILBOX, VMAILBOX_READ);
}
