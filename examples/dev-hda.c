// SPDX-License-Identifier: MIT
/* Recording with an Intel HDA controller */
#include <errno.h>
#include <time.h>

#include "dev-hda.h"

#define GCTL		0x08
#define IMMEDIATE_OUT	0x60
#define IMMEDIATE_STATE	0x68
#define POSITION_LOW	0x70
#define POSITION_HIGH	0x74

/* The first input stream */
#define STREAM		0x80
#define STREAM_CTL	(STREAM + 0x00)
#define STREAM_LENGTH	(STREAM + 0x08)
#define STREAM_LAST	(STREAM + 0x0c)
#define STREAM_FORMAT	(STREAM + 0x12)
#define STREAM_LIST	(STREAM + 0x18)

#define CTL_RUN		2u
#define CTL_NUMBER	(1u << 20)	/* as stream 1 */
#define FORMAT		0x11		/* 48 kHz, 16 bits, stereo */

/* Verbs for the converter behind the input */
#define VERB_STREAM	(4u << 20 | 0x706 << 8 | 0x10)
#define VERB_FORMAT	(4u << 20 | 0x2 << 16 | FORMAT)

static uint32_t get(volatile char *bar, size_t offset)
{
	return *(volatile uint32_t *)(bar + offset);
}

static void set(volatile char *bar, size_t offset, uint32_t value)
{
	*(volatile uint32_t *)(bar + offset) = value;
}

static void set16(volatile char *bar, size_t offset, uint16_t value)
{
	*(volatile uint16_t *)(bar + offset) = value;
}

static void pause_ms(unsigned int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000l }, NULL);
}

static int wait_bit(volatile char *bar, size_t offset, uint32_t value)
{
	for (int i = 0; i < 4000; i++, pause_ms(5))
		if ((get(bar, offset) & 1) == value)
			return 0;
	return -ETIMEDOUT;
}

static int verb(volatile char *bar, uint32_t value)
{
	set(bar, IMMEDIATE_OUT, value);
	set(bar, IMMEDIATE_STATE, 1);
	return wait_bit(bar, IMMEDIATE_STATE, 0);
}

static void start_stream(volatile char *bar, char *mem, uint64_t iova)
{
	struct hda_entry *list = (void *)(mem + HDA_LIST);

	list[0] = (struct hda_entry){ iova + HDA_BUFFER_A, HDA_BUFFER, 0 };
	list[1] = (struct hda_entry){ iova + HDA_BUFFER_B, HDA_BUFFER, 0 };
	set(bar, POSITION_HIGH, 0);
	set(bar, POSITION_LOW, (iova + HDA_POSITION) | 1);
	set(bar, STREAM_LIST, iova + HDA_LIST);
	set(bar, STREAM_LIST + 4, 0);
	set(bar, STREAM_LENGTH, 2 * HDA_BUFFER);
	set16(bar, STREAM_LAST, 1);
	set16(bar, STREAM_FORMAT, FORMAT);
	/* The codec of QEMU does not hear of a reset while a stream runs */
	set(bar, STREAM_CTL, CTL_NUMBER | CTL_RUN);
	set(bar, STREAM_CTL, CTL_NUMBER);
	set(bar, STREAM_CTL, CTL_NUMBER | CTL_RUN);
}

int hda_record(volatile char *bar, char *mem, uint64_t iova)
{
	int err = hda_reset(bar);

	if (err)
		return err;
	set(bar, GCTL, 1);
	err = wait_bit(bar, GCTL, 1);
	if (err)
		return err;
	pause_ms(50);	/* codecs come up */
	err = verb(bar, VERB_STREAM);
	if (!err)
		err = verb(bar, VERB_FORMAT);
	if (!err)
		start_stream(bar, mem, iova);
	return err;
}

int hda_reset(volatile char *bar)
{
	set(bar, STREAM_CTL, 0);
	set(bar, GCTL, 0);
	return wait_bit(bar, GCTL, 0);
}
