/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dev-e1000e.h and dev-igbvf.h as sources of DMA: all bytes of the memory are
 * looked at
 */
#ifndef TESTBED_GUEST_RECEIVE_H
#define TESTBED_GUEST_RECEIVE_H

#include "dev-e1000e.h"
#include "running.h"

#define RECEIVE_MAX	E1000E_MAX

/* Packets for which a ring of @n has places; it is never full */
#define RECEIVE_PLACES(n)	((n) - 8)

/* Memory for a ring of @n descriptors, a multiple of 8 */
size_t receive_memory(unsigned int n);

void receive_start(struct running *r, unsigned int n);
void receive_stop(struct running *r);
void receive_watch(struct running *r, unsigned int n);
/* The same of another owner's memory, with descriptors of an igb or an e1000e */
void receive_watch_memory(char *mem, unsigned int n, int igb);

/* Look at all of it; the guards fail the stage */
struct e1000e_account receive_look(struct running *r, unsigned int n);

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
