/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's "edu" device: what dev-edu.h has, in whole steps, and a liveness register */
#ifndef TESTBED_GUEST_EDU_H
#define TESTBED_GUEST_EDU_H

#include "dev-edu.h"

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

/* An interrupt for reasons of our own; edu_irq_take() ends it */
void edu_irq_raise(volatile void *bar, uint32_t why);

#endif
