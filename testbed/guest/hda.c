// SPDX-License-Identifier: GPL-2.0-or-later
/* Endless capture with an Intel HDA controller */
#include <unistd.h>

#include "device.h"
#include "hda.h"
#include "log.h"
#include "watch.h"

#define STREAM_CTL	0x80
#define STREAM_LENGTH	0x88
#define STREAM_LAST	0x8c
#define CTL_RUN		2u

void hda_start(struct running *r)
{
	CHECK_OK(hda_record(r->owner.bar, r->owner.mem, OWNER_IOVA));
}

void hda_start_irqs(struct running *r)
{
	struct hda_entry *list = (void *)(r->owner.mem + HDA_LIST);
	uint32_t piece = 2 * HDA_BUFFER / HDA_PIECES, at, ctl;

	hda_start(r);
	ctl = bar_read(&r->owner, STREAM_CTL);
	bar_write(&r->owner, STREAM_CTL, ctl & ~CTL_RUN);
	for (uint32_t i = 0; i < HDA_PIECES; i++) {
		at = i * piece < HDA_BUFFER ? HDA_BUFFER_A + i * piece :
		     HDA_BUFFER_B + i * piece - HDA_BUFFER;
		*list++ = (struct hda_entry){ OWNER_IOVA + at, piece, 0 };
		at = (i & 1 ? HDA_IRQ_HIGH : HDA_IRQ_LOW) +
		     i / 2 * HDA_IRQ_STEP;
		*list++ = (struct hda_entry){ at, HDA_IRQ_LENGTH, 0 };
	}
	bar_write(&r->owner, STREAM_LENGTH,
		  HDA_PIECES * (piece + HDA_IRQ_LENGTH));
	bar_write(&r->owner, STREAM_LAST, 2 * HDA_PIECES - 1);
	bar_write(&r->owner, STREAM_CTL, ctl);
}

void hda_stop(struct running *r)
{
	CHECK_OK(hda_reset(r->owner.bar));
}

uint32_t hda_position(struct running *r)
{
	return *(volatile uint32_t *)(r->owner.mem + HDA_POSITION);
}

void hda_watch(struct running *r)
{
	watch_add("hda", r->owner.mem + HDA_POSITION, 1, 4096, 0, ~0u);
}

static int is_written(struct running *r, size_t buffer)
{
	for (size_t i = 0; i < HDA_BUFFER; i++)
		if (r->owner.mem[buffer + i])
			return 0;
	return 1;
}

static void check_guards(struct running *r)
{
	guard_check(r, 0, HDA_LIST);
	guard_check(r, HDA_LIST + 2 * HDA_PIECES * sizeof(struct hda_entry),
		    HDA_POSITION);
	guard_check(r, HDA_POSITION + 8, HDA_BUFFER_A);
	guard_check(r, HDA_BUFFER_A + HDA_BUFFER, HDA_BUFFER_B);
	guard_check(r, HDA_BUFFER_B + HDA_BUFFER, r->size);
}

static void wait_written(struct running *r, size_t buffer)
{
	double end = now() + 20;

	while (!is_written(r, buffer)) {
		CHECK(now() < end, "%s: no DMA: the buffer at %#zx is not written, position %#x in memory, %#x in the register",
		      r->owner.bdf, buffer, hda_position(r),
		      bar_read(&r->owner, HDA_STREAM_POSITION));
		usleep(10000);
	}
}

void hda_check(struct running *r)
{
	/* Whoever has not got the device back knows what hda_start() set up */
	uint32_t at, end_at = r->owner.bar ? bar_read(&r->owner, STREAM_LENGTH) :
					     2 * HDA_BUFFER;

	for (int i = 0; i < 3; i++) {
		guard_fill(r, HDA_BUFFER_A, HDA_BUFFER_A + HDA_BUFFER);
		wait_written(r, HDA_BUFFER_A);
		guard_fill(r, HDA_BUFFER_B, HDA_BUFFER_B + HDA_BUFFER);
		wait_written(r, HDA_BUFFER_B);
	}
	at = hda_position(r);
	for (double end = now() + 20; hda_position(r) == at; usleep(1000))
		CHECK(now() < end, "%s: the position stays at %#x",
		      r->owner.bdf, at);
	CHECK(hda_position(r) < end_at,
	      "%s: position %#x is out of range", r->owner.bdf,
	      hda_position(r));
	check_guards(r);
}
