/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The owner of one device, as a VMM would be: the device file bound to an
 * iommufd, memory that the device can reach, and a driver just good enough to
 * show that registers and DMA work.
 */
#ifndef TESTBED_GUEST_OWNER_H
#define TESTBED_GUEST_OWNER_H

#include <stddef.h>
#include <stdint.h>

#define OWNER_MEMORY	(64 << 10)
#define OWNER_IOVA	0x1000000ULL	/* within edu's 28 bits */

struct owner {
	char bdf[16];
	int dev;
	int iommufd;
	int memfd;
	uint32_t ioas;
	char *mem;
	volatile char *bar;
	size_t bar_size;
	const struct device_ops *ops;
};

/* Take a device from scratch: bind vfio-pci, open, map fresh memory */
void owner_open(struct owner *o, const char *bdf);

/*
 * Go on with a device file from the kernel before: new iommufd, the memory
 * that came along (or -1 for fresh memory).
 */
void owner_adopt(struct owner *o, const char *bdf, int dev, int memfd);

/* Registers answer, and DMA in both directions if the driver knows how */
void owner_check(struct owner *o);

/* Leave a trace in the registers which a reset wipes out */
void owner_make_dirty(struct owner *o);
int owner_is_dirty(struct owner *o);

/* Close all files; the driver stays bound */
void owner_close(struct owner *o);

#endif
