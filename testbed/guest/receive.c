// SPDX-License-Identifier: GPL-2.0-or-later
/* A receiver on an e1000e */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "frame.h"
#include "log.h"
#include "receive.h"
#include "watch.h"

#define CTRL		0x0000
#define CTRL_SLU	(1 << 6)
#define CTRL_RST	(1 << 26)
#define STATUS		0x0008
#define STATUS_LU	(1 << 1)
#define RCTL		0x0100
#define RCTL_EN		(1 << 1)
#define RCTL_UPE	(1 << 3)
#define RCTL_MPE	(1 << 4)
#define RCTL_BAM	(1 << 15)
#define RCTL_BSIZE_256	(3 << 16)
#define RCTL_SECRC	(1 << 26)
#define RDBAL		0x2800
#define RDBAH		0x2804
#define RDLEN		0x2808
#define RDH		0x2810
#define RDT		0x2818

#define PAGE		4096
#define BUFFER		256
#define RING		PAGE	/* a page to guard it before and behind */

struct rx_desc {
	uint64_t address;
	volatile uint16_t length;
	uint16_t checksum;
	volatile uint8_t status;
	volatile uint8_t errors;
	uint16_t special;
};

#define STATUS_DONE	1
#define STATUS_END	2

static size_t buffers(unsigned int n)
{
	size_t ring = n * sizeof(struct rx_desc);

	return RING + (ring + PAGE - 1) / PAGE * PAGE + PAGE;
}

size_t receive_memory(unsigned int n)
{
	return buffers(n) + ((size_t)n * BUFFER + PAGE - 1) / PAGE * PAGE +
	       PAGE;
}

static struct rx_desc *ring(struct running *r)
{
	return (struct rx_desc *)(r->owner.mem + RING);
}

void receive_start(struct running *r, unsigned int n)
{
	struct owner *o = &r->owner;
	struct rx_desc *d = ring(r);

	CHECK(n <= RECEIVE_MAX && n % 8 == 0 && receive_memory(n) <= r->size,
	      "%u descriptors do not fit", n);
	for (unsigned int i = 0; i < n; i++)
		d[i] = (struct rx_desc){
			.address = OWNER_IOVA + buffers(n) + i * BUFFER };

	bar_write(o, CTRL, bar_read(o, CTRL) | CTRL_RST);
	usleep(20000);
	bar_write(o, CTRL, bar_read(o, CTRL) | CTRL_SLU);
	CHECK_OK(bar_wait(o, STATUS, STATUS_LU, STATUS_LU));
	bar_write(o, RDBAL, OWNER_IOVA + RING);
	bar_write(o, RDBAH, 0);
	bar_write(o, RDLEN, n * sizeof(*d));
	bar_write(o, RDH, 0);
	bar_write(o, RDT, n - 1);
	bar_write(o, RCTL, RCTL_EN | RCTL_UPE | RCTL_MPE | RCTL_BAM |
		  RCTL_BSIZE_256 | RCTL_SECRC);
}

void receive_stop(struct running *r)
{
	bar_write(&r->owner, RCTL, 0);
}

void receive_watch(struct running *r, unsigned int n)
{
	watch_add("packets", ring(r), n, sizeof(struct rx_desc), 12,
		  STATUS_DONE);
}

unsigned int receive_count(struct running *r, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && ring(r)[i].status & STATUS_DONE; i++)
		;
	return i;
}

/* Return: the sequence number, -1 if it is not a good frame */
static long long frame_at(struct running *r, unsigned int n, unsigned int i)
{
	size_t at = buffers(n) + (size_t)i * BUFFER;
	const struct rx_desc *d = &ring(r)[i];

	if (d->length != FRAME_SIZE || d->errors || !(d->status & STATUS_END) ||
	    guard_find(r, at + FRAME_SIZE, at + BUFFER) != at + BUFFER)
		return -1;
	return frame_check((unsigned char *)r->owner.mem + at);
}

long long receive_sequence(struct running *r, unsigned int n, unsigned int i)
{
	return frame_at(r, n, i);
}

static void check_guards(struct running *r, unsigned int n, unsigned int used)
{
	guard_check(r, 0, RING);
	guard_check(r, RING + n * sizeof(struct rx_desc), buffers(n));
	/* Buffers that were not used yet and the page behind the last one */
	guard_check(r, buffers(n) + (size_t)used * BUFFER, r->size);
}

struct received receive_look(struct running *r, unsigned int n)
{
	struct received got = { .n = receive_count(r, n) };
	unsigned char *seen = calloc(n + 1, 1);
	long long highest = -1;

	CHECK(seen, "out of memory");
	for (unsigned int i = 0; i < got.n; i++) {
		long long sequence = frame_at(r, n, i);

		if (sequence < 0) {
			got.damaged++;
			continue;
		}
		got.misplaced += sequence != i;
		if (sequence > highest)
			highest = sequence;
		if (sequence >= n)
			continue;
		got.doubled += seen[sequence];
		seen[sequence] = 1;
	}
	for (long long i = 0; i < highest && i < n; i++)
		got.lost += !seen[i];
	check_guards(r, n, got.n);
	free(seen);
	return got;
}

void receive_check(struct running *r, unsigned int n, const char *when)
{
	unsigned int last;
	struct received got;

	do {
		last = receive_count(r, n);
		usleep(500000);
	} while (receive_count(r, n) != last);
	got = receive_look(r, n);
	say("received %s: %u lost %u doubled %u misplaced %u damaged %u",
	    when, got.n, got.lost, got.doubled, got.misplaced, got.damaged);
	CHECK(got.n < n - 1, "the ring of %u is full", n);
	CHECK(got.n && !got.lost && !got.doubled && !got.misplaced &&
	      !got.damaged, "%s: of %u packets %u lost, %u doubled, %u misplaced, %u damaged",
	      when, got.n, got.lost, got.doubled, got.misplaced, got.damaged);
}

void receive_aim(struct running *r, unsigned int n, unsigned int every,
		 const uint64_t *targets, unsigned int n_targets)
{
	for (unsigned int i = every - 1; i < n; i += every)
		ring(r)[i].address = targets[i / every % n_targets];
}

unsigned int receive_check_aimed(struct running *r, unsigned int n,
				 unsigned int every)
{
	unsigned int got = receive_count(r, n);

	CHECK(got < n - 1, "the ring of %u is full", n);
	for (unsigned int i = 0; i < got; i++) {
		size_t at = buffers(n) + (size_t)i * BUFFER;

		if (i % every == every - 1)
			guard_check(r, at, at + BUFFER);
		else
			CHECK(receive_sequence(r, n, i) == (long long)i,
			      "packet %u is not in its place", i);
	}
	check_guards(r, n, got);
	return got;
}
