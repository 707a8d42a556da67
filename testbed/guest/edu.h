/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's "edu" device: a liveness register and one-shot DMA. Its DMA mask is
 * 28 bits, so addresses stay below 256 MiB.
 */
#ifndef TESTBED_GUEST_EDU_H
#define TESTBED_GUEST_EDU_H

#include <stddef.h>
#include <stdint.h>

#define EDU_BUFFER	4096

/* 0 if the device answers on its registers, else -EIO */
int edu_alive(volatile void *bar);

/* RAM to device and device to RAM; -ETIMEDOUT if the device does not end */
int edu_read_ram(volatile void *bar, uint64_t iova, size_t size);
int edu_write_ram(volatile void *bar, uint64_t iova, size_t size);

/* Start only: the bytes go about 100 ms later */
void edu_start_write_ram(volatile void *bar, uint64_t iova, size_t size);

/* The same, and an interrupt at the end, for this reason */
#define EDU_IRQ_DMA	0x100
void edu_start_write_ram_irq(volatile void *bar, uint64_t iova, size_t size);

/* An interrupt for reasons of our own; and why there was one, which ends it */
void edu_irq_raise(volatile void *bar, uint32_t why);
uint32_t edu_irq_take(volatile void *bar);

#endif
