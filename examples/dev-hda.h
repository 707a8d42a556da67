/* SPDX-License-Identifier: MIT */
/*
 * Recording with an Intel HDA controller: DMA that never ends, fed by nothing
 * but the clock. Two buffers are filled in turn, over and over, and the position
 * goes to memory, too. No interrupt is asked for. Nothing of it depends on who
 * owns the device.
 *
 * Without a microphone silence is recorded: a buffer that held something else
 * becomes all zero, which takes less than 100 ms.
 */
#ifndef TINY_VMM_DEV_HDA_H
#define TINY_VMM_DEV_HDA_H

#include <stddef.h>
#include <stdint.h>

/* In memory, with pages between that nothing may write to */
#define HDA_LIST	0x1000
#define HDA_POSITION	0x2000
#define HDA_BUFFER_A	0x4000
#define HDA_BUFFER_B	0x8000
#define HDA_BUFFER	0x2000

struct hda_entry {	/* two of them at HDA_LIST */
	uint64_t address;
	uint32_t length;
	uint32_t interrupt;
};

#define HDA_STREAM_POSITION	0x84	/* the same as a register */

/* @mem is at @iova for the device. Return: 0 or -ETIMEDOUT */
int hda_record(volatile char *bar, char *mem, uint64_t iova);

/* All streams end. Return: 0 or -ETIMEDOUT */
int hda_reset(volatile char *bar);

#endif
