/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tiny VMM as a receiver of packets on an e1000e, or on a virtual function of
 * an igb. How many came is seen in its memory, from outside; what became of them
 * is its own account.
 */
#ifndef TESTBED_GUEST_RECEIVER_H
#define TESTBED_GUEST_RECEIVER_H

#include "dev-e1000e.h"
#include "receive.h"
#include "vmm.h"

struct receiver {
	struct program vmm;
	struct e1000e ring;	/* its memory, no registers */
};

/* At work, in its @generation; what it preserves goes to @session */
void receiver_start(struct receiver *r, const char *bdf, const char *session,
		    int generation);
void receiver_watch(struct receiver *r);

/* Packets that came, and a wait for as many */
unsigned int receiver_count(struct receiver *r);
void receiver_wait(struct receiver *r, unsigned int n);

/*
 * No packet comes any more: it is told to end, and gives its account, which is
 * said as that of @when. A packet that is not as it should be fails the stage.
 */
void receiver_end(struct receiver *r, const char *when);

#endif
