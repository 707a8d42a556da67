/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A receiver on an e1000e: one ring that is filled once, from the first
 * descriptor on, each with a buffer of its own. Packet N has to come to place
 * N.
 */
#ifndef TESTBED_GUEST_RECEIVE_H
#define TESTBED_GUEST_RECEIVE_H

#include "running.h"

#define RECEIVE_MAX	65528	/* what the ring's length register takes */

/* Memory for a ring of @n descriptors, a multiple of 8 */
size_t receive_memory(unsigned int n);

void receive_start(struct running *r, unsigned int n);
void receive_stop(struct running *r);
void receive_watch(struct running *r, unsigned int n);

/**
 * struct received - what is in the ring
 * @n:		descriptors that are done
 * @lost:	sequence numbers below the highest that did not come
 * @doubled:	that came more than once
 * @misplaced:	at another place than that of their number
 * @damaged:	frames with a wrong byte, wrong length, or bytes behind the end
 */
struct received {
	unsigned int n;
	unsigned int lost;
	unsigned int doubled;
	unsigned int misplaced;
	unsigned int damaged;
};

/* Look at all of it; the guards fail the stage */
struct received receive_look(struct running *r, unsigned int n);

/* Sequence number of the frame at place @i; -1: it is not as it was sent */
long long receive_sequence(struct running *r, unsigned int n, unsigned int i);

/* Descriptors that are done, only */
unsigned int receive_count(struct running *r, unsigned int n);

/* Wait for the packets to stop; then fail if any is not as it should be */
void receive_check(struct running *r, unsigned int n, const char *when);

/*
 * Each @every-th packet is to go to one of the addresses in turn instead of its
 * buffer: to be called before there are packets. Then: all others are in their
 * places, and the buffers that were not given to the device are untouched.
 * Return: how many there are.
 */
void receive_aim(struct running *r, unsigned int n, unsigned int every,
		 const uint64_t *targets, unsigned int n_targets);
unsigned int receive_check_aimed(struct running *r, unsigned int n,
				 unsigned int every);

#endif
