// SPDX-License-Identifier: MIT
/* A receiver on an e1000e */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "dev-e1000e.h"
#include "frame.h"

#define CTRL		0x0000
#define CTRL_SLU	(1u << 6)
#define CTRL_RST	(1u << 26)
#define STATUS		0x0008
#define STATUS_LU	(1u << 1)
#define RCTL		0x0100
#define RCTL_EN		(1u << 1)
#define RCTL_UPE	(1u << 3)
#define RCTL_MPE	(1u << 4)
#define RCTL_BAM	(1u << 15)
#define RCTL_BSIZE_256	(3u << 16)
#define RCTL_SECRC	(1u << 26)
#define RDBAL		0x2800
#define RDBAH		0x2804
#define RDLEN		0x2808
#define RDH		0x2810
#define RDT		0x2818

/* Of a descriptor */
#define STATUS_END	2	/* it ends the frame */
#define IGB_ERRORS	0xff000000u

struct e1000e_desc *e1000e_ring(const struct e1000e *e)
{
	return (struct e1000e_desc *)(e->mem + E1000E_RING);
}

static uint32_t get(const struct e1000e *e, size_t offset)
{
	return *(volatile uint32_t *)(e->bar + offset);
}

static void set(const struct e1000e *e, size_t offset, uint32_t value)
{
	*(volatile uint32_t *)(e->bar + offset) = value;
}

static void pause_ms(unsigned int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000l }, NULL);
}

static int wait_link(const struct e1000e *e)
{
	for (int i = 0; i < 4000; i++, pause_ms(5))
		if (get(e, STATUS) & STATUS_LU)
			return 0;
	return -ETIMEDOUT;
}

void e1000e_fill(const struct e1000e *e)
{
	uint64_t buffers = e->iova + E1000E_BUFFERS(e->n);

	for (unsigned int i = 0; i < e->n; i++)
		e1000e_ring(e)[i] = (struct e1000e_desc){
			.address = buffers + (uint64_t)i * E1000E_BUFFER };
}

int e1000e_start(const struct e1000e *e)
{
	int err;

	e1000e_fill(e);
	set(e, CTRL, get(e, CTRL) | CTRL_RST);
	pause_ms(20);
	set(e, CTRL, get(e, CTRL) | CTRL_SLU);
	err = wait_link(e);
	if (err)
		return err;
	set(e, RDBAL, e->iova + E1000E_RING);
	set(e, RDBAH, 0);
	set(e, RDLEN, e->n * sizeof(struct e1000e_desc));
	set(e, RDH, 0);
	set(e, RDT, e->n - 1);
	set(e, RCTL, RCTL_EN | RCTL_UPE | RCTL_MPE | RCTL_BAM |
	    RCTL_BSIZE_256 | RCTL_SECRC);
	return 0;
}

void e1000e_stop(const struct e1000e *e)
{
	set(e, RCTL, 0);
}

static uint32_t status(const struct e1000e *e, unsigned int i)
{
	const struct e1000e_desc *d = &e1000e_ring(e)[i];

	return e->igb ? ((const struct igb_desc *)d)->status : d->status;
}

/* One frame without an error, as long as it was sent */
static int is_good(const struct e1000e *e, unsigned int i)
{
	const struct e1000e_desc *d = &e1000e_ring(e)[i];
	const struct igb_desc *igb = (const struct igb_desc *)d;

	if (!(status(e, i) & STATUS_END))
		return 0;
	if (e->igb)
		return igb->length == FRAME_SIZE &&
		       !(igb->status & IGB_ERRORS);
	return d->length == FRAME_SIZE && !d->errors;
}

unsigned int e1000e_count(const struct e1000e *e, unsigned int from)
{
	while (from < e->n && status(e, from) & E1000E_DONE)
		from++;
	return from;
}

long long e1000e_sequence(const struct e1000e *e, unsigned int i)
{
	size_t at = E1000E_BUFFERS(e->n) + (size_t)i * E1000E_BUFFER;

	if (!is_good(e, i) ||
	    !e->untouched(e->data, at + FRAME_SIZE, at + E1000E_BUFFER))
		return -1;
	return frame_check((unsigned char *)e->mem + at);
}

int e1000e_account(const struct e1000e *e, struct e1000e_account *ret)
{
	struct e1000e_account got = { .n = e1000e_count(e, 0) };
	unsigned char *seen = calloc(e->n + 1, 1);
	long long highest = -1;

	if (!seen)
		return -ENOMEM;
	for (unsigned int i = 0; i < got.n; i++) {
		long long sequence = e1000e_sequence(e, i);

		if (sequence < 0) {
			got.damaged++;
			continue;
		}
		got.misplaced += sequence != i;
		if (sequence > highest)
			highest = sequence;
		if (sequence >= e->n)
			continue;
		got.doubled += seen[sequence];
		seen[sequence] = 1;
	}
	for (long long i = 0; i < highest && i < e->n; i++)
		got.lost += !seen[i];
	free(seen);
	*ret = got;
	return 0;
}
