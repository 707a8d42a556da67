/* SPDX-License-Identifier: MIT */
/*
 * QEMU's "edu" device: one DMA at a time between memory and a buffer of its
 * own, and interrupts. Its DMA mask is 28 bits, so addresses stay below 256 MiB.
 * Nothing of it depends on who owns the device.
 */
#ifndef TINY_VMM_DEV_EDU_H
#define TINY_VMM_DEV_EDU_H

#include <stddef.h>
#include <stdint.h>

#define EDU_BUFFER	4096

/* What a DMA is; it takes about 100 ms */
#define EDU_TO_RAM	2u
#define EDU_IRQ		4u	/* raise an interrupt at its end */

void edu_start(volatile void *bar, uint64_t iova, size_t size, unsigned int how);
int edu_is_busy(volatile void *bar);

/* Why there was an interrupt, which ends it; 0 if there was none */
uint32_t edu_irq_take(volatile void *bar);

#endif
