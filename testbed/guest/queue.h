/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many reads in a queue of an nvme controller, all given by one doorbell. The
 * drive takes its time over them; each gives a block and a completion. Block
 * N of the drive says so, see disk.h, and has to come to place N.
 */
#ifndef TESTBED_GUEST_QUEUE_H
#define TESTBED_GUEST_QUEUE_H

#include "running.h"

#define QUEUE_MAX	1023	/* of a queue of 1024 */
#define QUEUE_MEMORY	(2 << 20)

/* The controller and its queues; no read yet */
void queue_open(struct running *r);
/* The same, with an interrupt of the first vector for each read */
void queue_open_irq(struct running *r);
/*
 * The same of a physical function for its virtual ones, with an admin queue alone: it
 * gives away what they need. Then each gets that, once it exists. A reset of the
 * physical function would take all of them offline.
 */
void queue_pf_open(struct running *r);
void queue_pf_online(struct running *r, unsigned int vf);
/* Reads of @n blocks, and the one doorbell */
void queue_start(struct running *r, unsigned int n);
void queue_stop(struct running *r);
/* By its registers: after queue_open() the controller looks for one more command */
void queue_poke(volatile char *bar);
void queue_watch(struct running *r, unsigned int n);

/* Reads that are complete */
unsigned int queue_count(struct running *r, unsigned int n);

/*
 * Wait for all of them. Each completed once, well, and brought its block;
 * nothing else was written.
 */
void queue_check(struct running *r, unsigned int n);

#endif
