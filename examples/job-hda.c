// SPDX-License-Identifier: MIT
/*
 * The job of an Intel HDA controller: it records without end into a ring of two
 * buffers and writes its position to memory, asking nobody. What is recorded is
 * silence: a buffer that was marked becomes 0.
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "tiny-vmm.h"

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

/* In the share of the memory */
#define LIST		0x1000
#define POSITION	0x2000
#define BUFFER_A	0x4000
#define BUFFER_B	0x8000
#define BUFFER		0x2000

#define MARK		0x5a5a5a5au
#define PATIENCE	20	/* seconds until nothing means stopped */

struct list_entry {
	uint64_t address;
	uint32_t length;
	uint32_t interrupt;
};

static uint64_t seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void pause_ms(unsigned int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000l }, NULL);
}

static int wait_bit(struct device *d, size_t offset, uint32_t value,
		    struct hf_error *err)
{
	char why[48];

	for (int i = 0; i < 1000; i++, pause_ms(5))
		if ((reg_read(d, offset) & 1) == value)
			return 0;
	snprintf(why, sizeof(why), "register %#zx does not become %u", offset,
		 value);
	return vmm_fail(err, -ETIMEDOUT, "job-start", "start device", d->bdf,
			why, "reset the device");
}

static int verb(struct device *d, uint32_t value, struct hf_error *err)
{
	reg_write(d, IMMEDIATE_OUT, value);
	reg_write(d, IMMEDIATE_STATE, 1);
	return wait_bit(d, IMMEDIATE_STATE, 0, err);
}

static void write16(struct device *d, size_t offset, uint16_t value)
{
	*(volatile uint16_t *)(d->bar + offset) = value;
}

static volatile uint32_t *word(struct device *d, size_t offset)
{
	return (volatile uint32_t *)(d->mem + offset);
}

static void start_stream(struct device *d)
{
	struct list_entry *list = (void *)(d->mem + LIST);

	list[0] = (struct list_entry){ d->iova + BUFFER_A, BUFFER, 0 };
	list[1] = (struct list_entry){ d->iova + BUFFER_B, BUFFER, 0 };
	*word(d, BUFFER_A) = MARK;
	reg_write(d, POSITION_HIGH, 0);
	reg_write(d, POSITION_LOW, (d->iova + POSITION) | 1);
	reg_write(d, STREAM_LIST, d->iova + LIST);
	reg_write(d, STREAM_LIST + 4, 0);
	reg_write(d, STREAM_LENGTH, 2 * BUFFER);
	write16(d, STREAM_LAST, 1);
	write16(d, STREAM_FORMAT, FORMAT);
	/* The codec of QEMU does not hear of a reset while a stream runs */
	reg_write(d, STREAM_CTL, CTL_NUMBER | CTL_RUN);
	reg_write(d, STREAM_CTL, CTL_NUMBER);
	reg_write(d, STREAM_CTL, CTL_NUMBER | CTL_RUN);
}

static int start(struct device *d, struct hf_error *err)
{
	int code;

	reg_write(d, GCTL, 0);
	code = wait_bit(d, GCTL, 0, err);
	if (code)
		return code;
	reg_write(d, GCTL, 1);
	code = wait_bit(d, GCTL, 1, err);
	if (code)
		return code;
	pause_ms(50);	/* codecs come up */
	code = verb(d, VERB_STREAM, err);
	if (!code)
		code = verb(d, VERB_FORMAT, err);
	if (!code)
		start_stream(d);
	return code;
}

/* A round is a buffer that was written to its end */
static int look(struct device *d, struct hf_error *err)
{
	struct job_state *s = (struct job_state *)d->mem;
	uint32_t position = *word(d, POSITION);

	if (position >= 2 * BUFFER)
		return vmm_fail(err, -EIO, "job-data", "check DMA", d->bdf,
				"its position is out of range",
				"see the log of the IOMMU");
	if (!d->last || position != d->last_position) {
		d->last = seconds();
		d->last_position = position;
	}
	if (seconds() - d->last > PATIENCE)
		return vmm_fail(err, -EIO, "job-stopped", "check DMA", d->bdf,
				"it does not write to memory any more",
				"see the log of the IOMMU");
	if (!*word(d, BUFFER_A)) {
		s->rounds++;
		*word(d, BUFFER_A) = MARK;
	}
	return 0;
}

const struct job job_hda = {
	.name = "hda",
	.vendor = 0x8086,
	.device = 0x293e,
	.bar = 0,
	.start = start,
	.look = look,
};
