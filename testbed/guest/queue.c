// SPDX-License-Identifier: GPL-2.0-or-later
/* Many reads in a queue of an nvme controller */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "disk.h"
#include "log.h"
#include "queue.h"
#include "watch.h"

#define CC		0x14
#define CSTS		0x1c
#define AQA		0x24
#define ASQ		0x28
#define ACQ		0x30
#define DOORBELL_ADMIN	0x1000
#define DOORBELL_QUEUE	0x1008

#define CC_ENABLE	((4 << 20) | (6 << 16) | 1)
#define ADMIN_ENTRIES	16
#define ENTRIES		1024
#define QUEUE_OPENED	2	/* admin commands of queue_open() */

#define OP_CREATE_SQ	0x01
#define OP_CREATE_CQ	0x05
#define OP_READ		0x02
#define OP_VIRT_MANAGEMENT	0x1c

#define CQ_CONTIGUOUS	1
#define CQ_INTERRUPT	2	/* of the first vector */

/* Virtualization Management: actions, resources, and what a VF needs of these */
#define VIRT_PRIMARY	1
#define VIRT_ASSIGN	8
#define VIRT_ONLINE	9
#define VIRT_VQ		0
#define VIRT_VI		1
#define VF_VQS		2	/* the admin queue and one for reads */
#define VF_VIS		1

/* In memory, with pages between that nothing may write to */
#define ADMIN_SQ	0x1000
#define ADMIN_CQ	0x3000
#define SQ		0x5000	/* 64 KiB */
#define CQ		0x20000	/* 16 KiB */
#define DATA		0x40000

struct completion {
	uint32_t result;
	uint32_t reserved;
	uint16_t head;
	uint16_t queue;
	uint16_t id;
	volatile uint16_t status;	/* bit 0 is the phase */
};

static uint32_t *command(struct running *r, size_t ring, unsigned int i)
{
	return memset(r->owner.mem + ring + i * 64, 0, 64);
}

static struct completion *done(struct running *r, size_t ring)
{
	return (struct completion *)(r->owner.mem + ring);
}

static void admin(struct running *r, unsigned int i)
{
	struct completion *c = &done(r, ADMIN_CQ)[i];
	double end = now() + 20;

	bar_write(&r->owner, DOORBELL_ADMIN, i + 1);
	while (!(c->status & 1)) {
		CHECK(now() < end, "nvme: admin command %u: no answer", i);
		usleep(1000);
	}
	CHECK(c->status == 1, "nvme: admin command %u: status %#x", i,
	      c->status >> 1);
}

/* Anew, if it was before: the admin queue is empty */
static void enable(struct running *r)
{
	struct owner *o = &r->owner;

	bar_write(o, CC, 0);
	CHECK_OK(bar_wait(o, CSTS, 1, 0));
	memset(o->mem + ADMIN_CQ, 0, ADMIN_ENTRIES * 16);
	bar_write(o, AQA, (ADMIN_ENTRIES - 1) << 16 | (ADMIN_ENTRIES - 1));
	bar_write(o, ASQ, OWNER_IOVA + ADMIN_SQ);
	bar_write(o, ASQ + 4, 0);
	bar_write(o, ACQ, OWNER_IOVA + ADMIN_CQ);
	bar_write(o, ACQ + 4, 0);
	bar_write(o, CC, CC_ENABLE);
	CHECK_OK(bar_wait(o, CSTS, 1, 1));
}

static void open_queue(struct running *r, uint32_t flags)
{
	uint32_t *c;

	memset(r->owner.mem + CQ, 0, ENTRIES * 16);
	enable(r);
	c = command(r, ADMIN_SQ, 0);
	c[0] = OP_CREATE_CQ;
	c[6] = OWNER_IOVA + CQ;
	c[10] = (ENTRIES - 1) << 16 | 1;
	c[11] = flags;
	admin(r, 0);
	c = command(r, ADMIN_SQ, 1);
	c[0] = OP_CREATE_SQ | 1 << 16;
	c[6] = OWNER_IOVA + SQ;
	c[10] = (ENTRIES - 1) << 16 | 1;
	c[11] = 1 << 16 | 1;	/* for that completion queue */
	admin(r, 1);
}

void queue_open(struct running *r)
{
	open_queue(r, CQ_CONTIGUOUS);
}

void queue_open_irq(struct running *r)
{
	open_queue(r, CQ_CONTIGUOUS | CQ_INTERRUPT);
}

/* @resource: VQ or VI, of which controller @id gets @n */
static void manage(struct running *r, unsigned int i, unsigned int action,
		   unsigned int resource, unsigned int id, unsigned int n)
{
	uint32_t *c = command(r, ADMIN_SQ, i);

	c[0] = OP_VIRT_MANAGEMENT | i << 16;
	c[10] = id << 16 | resource << 8 | action;
	c[11] = n;
	admin(r, i);
}

void queue_pf_open(struct running *r)
{
	enable(r);
	manage(r, 0, VIRT_PRIMARY, VIRT_VQ, 0, 0);
	manage(r, 1, VIRT_PRIMARY, VIRT_VI, 0, 0);
	/* That takes effect when the controller is reset */
	enable(r);
}

void queue_pf_online(struct running *r, unsigned int vf)
{
	unsigned int i = 3 * vf, id = vf + 1;

	CHECK(i + 3 < ADMIN_ENTRIES, "no command is left for VF %u", vf);
	manage(r, i, VIRT_ASSIGN, VIRT_VQ, id, VF_VQS);
	manage(r, i + 1, VIRT_ASSIGN, VIRT_VI, id, VF_VIS);
	manage(r, i + 2, VIRT_ONLINE, 0, id, 0);
}

void queue_start(struct running *r, unsigned int n)
{
	CHECK(n <= QUEUE_MAX && DATA + n * DISK_BLOCK < r->size,
	      "%u reads do not fit", n);
	for (unsigned int i = 0; i < n; i++) {
		uint32_t *c = command(r, SQ, i);

		c[0] = OP_READ | i << 16;
		c[1] = 1;	/* namespace */
		c[6] = OWNER_IOVA + DATA + i * DISK_BLOCK;
		c[10] = i;	/* block */
	}
	bar_write(&r->owner, DOORBELL_QUEUE, n);
}

void queue_stop(struct running *r)
{
	bar_write(&r->owner, CC, 0);
	CHECK_OK(bar_wait(&r->owner, CSTS, 1, 0));
}

void queue_poke(volatile char *bar)
{
	struct owner o = { .bar = bar };

	bar_write(&o, DOORBELL_ADMIN, QUEUE_OPENED + 1);
}

void queue_watch(struct running *r, unsigned int n)
{
	watch_add("reads", done(r, CQ), n, sizeof(struct completion), 12,
		  1 << 16);
}

unsigned int queue_count(struct running *r, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && done(r, CQ)[i].status & 1; i++)
		;
	return i;
}

static void check_guards(struct running *r, unsigned int n)
{
	guard_check(r, 0, ADMIN_SQ);
	guard_check(r, ADMIN_SQ + 2 * 64, ADMIN_CQ);
	guard_check(r, ADMIN_CQ + ADMIN_ENTRIES * 16, SQ);
	guard_check(r, SQ + n * 64, CQ);
	guard_check(r, CQ + ENTRIES * 16, DATA);
	guard_check(r, DATA + n * DISK_BLOCK, r->size);
}

void queue_check(struct running *r, unsigned int n)
{
	unsigned char seen[ENTRIES] = { 0 };
	double end = now() + 60;

	while (queue_count(r, n) < n) {
		CHECK(now() < end, "%s: %u of %u reads are complete",
		      r->owner.bdf, queue_count(r, n), n);
		usleep(20000);
	}
	for (unsigned int i = 0; i < n; i++) {
		const struct completion *c = &done(r, CQ)[i];

		CHECK(c->status == 1 && c->id < n, "read %u: status %#x",
		      c->id, c->status >> 1);
		CHECK(!seen[c->id]++, "read %u completed twice", c->id);
	}
	for (unsigned int i = 0; i < n; i++)
		CHECK(disk_check(r->owner.mem + DATA + i * DISK_BLOCK, i),
		      "read %u brought something else", i);
	for (unsigned int i = n; i < ENTRIES; i++)
		CHECK(!done(r, CQ)[i].status, "completion %u is one too many",
		      i);
	check_guards(r, n);
	say("reads: %u complete", n);
}
