// SPDX-License-Identifier: GPL-2.0-or-later
/* Endless capture with an Intel HDA controller */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "hda.h"
#include "log.h"
#include "watch.h"

#define GCTL		0x08
#define IMMEDIATE_OUT	0x60
#define IMMEDIATE_STATE	0x68
#define POSITION_LOW	0x70
#define POSITION_HIGH	0x74

/* The first input stream */
#define STREAM		0x80
#define STREAM_CTL	(STREAM + 0x00)
#define STREAM_POSITION	(STREAM + 0x04)
#define STREAM_LENGTH	(STREAM + 0x08)
#define STREAM_LAST	(STREAM + 0x0c)
#define STREAM_FORMAT	(STREAM + 0x12)
#define STREAM_LIST	(STREAM + 0x18)

#define CTL_RUN		2
#define CTL_NUMBER	(1 << 20)	/* as stream 1 */
#define FORMAT		0x11		/* 48 kHz, 16 bits, stereo */

/* Verbs for the converter behind the input */
#define VERB_STREAM	(4 << 20 | 0x706 << 8 | 0x10)
#define VERB_FORMAT	(4 << 20 | 0x2 << 16 | FORMAT)

/* In memory, with pages between that nothing may write to */
#define LIST		0x1000
#define POSITION	0x2000
#define BUFFER_A	0x4000
#define BUFFER_B	0x8000
#define BUFFER		0x2000

struct list_entry {
	uint64_t address;
	uint32_t length;
	uint32_t interrupt;
};

static void verb(struct running *r, uint32_t value)
{
	bar_write(&r->owner, IMMEDIATE_OUT, value);
	bar_write(&r->owner, IMMEDIATE_STATE, 1);
	CHECK_OK(bar_wait(&r->owner, IMMEDIATE_STATE, 1, 0));
}

static void write16(struct running *r, size_t offset, uint16_t value)
{
	*(volatile uint16_t *)(r->owner.bar + offset) = value;
}

void hda_start(struct running *r)
{
	struct list_entry *list = (void *)(r->owner.mem + LIST);
	struct owner *o = &r->owner;

	list[0] = (struct list_entry){ OWNER_IOVA + BUFFER_A, BUFFER, 0 };
	list[1] = (struct list_entry){ OWNER_IOVA + BUFFER_B, BUFFER, 0 };

	bar_write(o, GCTL, 0);
	CHECK_OK(bar_wait(o, GCTL, 1, 0));
	bar_write(o, GCTL, 1);
	CHECK_OK(bar_wait(o, GCTL, 1, 1));
	usleep(50000);	/* codecs come up */

	verb(r, VERB_STREAM);
	verb(r, VERB_FORMAT);
	bar_write(o, POSITION_HIGH, 0);
	bar_write(o, POSITION_LOW, (OWNER_IOVA + POSITION) | 1);
	bar_write(o, STREAM_LIST, OWNER_IOVA + LIST);
	bar_write(o, STREAM_LIST + 4, 0);
	bar_write(o, STREAM_LENGTH, 2 * BUFFER);
	write16(r, STREAM_LAST, 1);
	write16(r, STREAM_FORMAT, FORMAT);
	/* The codec of QEMU does not hear of a reset while a stream runs */
	bar_write(o, STREAM_CTL, CTL_NUMBER | CTL_RUN);
	bar_write(o, STREAM_CTL, CTL_NUMBER);
	bar_write(o, STREAM_CTL, CTL_NUMBER | CTL_RUN);
}

void hda_stop(struct running *r)
{
	bar_write(&r->owner, STREAM_CTL, 0);
	bar_write(&r->owner, GCTL, 0);
	CHECK_OK(bar_wait(&r->owner, GCTL, 1, 0));
}

uint32_t hda_position(struct running *r)
{
	return *(volatile uint32_t *)(r->owner.mem + POSITION);
}

void hda_watch(struct running *r)
{
	watch_add("hda", r->owner.mem + POSITION, 1, 4096, 0, ~0u);
}

static int is_written(struct running *r, size_t buffer)
{
	for (size_t i = 0; i < BUFFER; i++)
		if (r->owner.mem[buffer + i])
			return 0;
	return 1;
}

static void check_guards(struct running *r)
{
	guard_check(r, 0, LIST);
	guard_check(r, LIST + 2 * sizeof(struct list_entry), POSITION);
	guard_check(r, POSITION + 8, BUFFER_A);
	guard_check(r, BUFFER_A + BUFFER, BUFFER_B);
	guard_check(r, BUFFER_B + BUFFER, r->size);
}

static void wait_written(struct running *r, size_t buffer)
{
	double end = now() + 20;

	while (!is_written(r, buffer)) {
		CHECK(now() < end, "%s: no DMA: the buffer at %#zx is not written, position %#x in memory, %#x in the register",
		      r->owner.bdf, buffer, hda_position(r),
		      bar_read(&r->owner, STREAM_POSITION));
		usleep(10000);
	}
}

void hda_check(struct running *r)
{
	uint32_t at;

	for (int i = 0; i < 3; i++) {
		guard_fill(r, BUFFER_A, BUFFER_A + BUFFER);
		wait_written(r, BUFFER_A);
		guard_fill(r, BUFFER_B, BUFFER_B + BUFFER);
		wait_written(r, BUFFER_B);
	}
	at = hda_position(r);
	for (double end = now() + 20; hda_position(r) == at; usleep(1000))
		CHECK(now() < end, "%s: the position stays at %#x",
		      r->owner.bdf, at);
	CHECK(hda_position(r) < 2 * BUFFER, "%s: position %#x is out of range",
	      r->owner.bdf, hda_position(r));
	check_guards(r);
}
