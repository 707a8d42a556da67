/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A live update under traffic, as the host saw it: what was sent, what came
 * into the receiver's memory and when, and what went on meanwhile.
 */
#ifndef TESTBED_HOST_DEMOSTORY_H
#define TESTBED_HOST_DEMOSTORY_H

#include "continuity.h"
#include "marker.h"

/* What the guest of the demo marks beside the usual */
enum demo_mark {
	DEMO_TRAFFIC = MARK_USER,	/* the host sends */
	DEMO_PRESERVE,
	DEMO_PRESERVED,
	DEMO_LOADED,			/* the next kernel */
	DEMO_END,			/* enough packets came */
};

#define MAX_PHASES	24
#define MAX_MISSING	8

/* Who runs in a phase */
enum era { ERA_OLD, ERA_BOOT, ERA_NEW };

/* A wait for a packet; the host sent none for @pause seconds of it */
struct gap {
	double from;
	double to;
	double pause;
};

struct phase {
	char letter;
	const char *name;
	const char *what;
	enum era era;
	double from, to;
	size_t packets;
	struct gap longest;	/* without one, of those that end in it */
};

/* A sequence number that never came, and when its successor did */
struct missing {
	unsigned long long number;
	double time;
};

/**
 * struct story - times are those of the host's clock
 * @complete:	all phases are known, up to the end of the traffic
 * @bdf:	of the NIC, or of its virtual function
 * @device:	what it is
 * @parent:	physical function of a virtual one, or ""
 * @session:	it was in
 * @lines:	when a nested guest said its lines; none if the receiver is a program
 * @boot:	of this guest
 * @silence:	longest time between two of its lines
 * @ours:	seconds of its pause that holdfast-qemu(8) took
 * @packets:	when each one reached the memory
 * @sends:	when the host sent each one
 * @zero:	when reboot() was called, or else the first packet came
 * @phase:	in order of time, one may begin after the last one ended
 * @sent:	sequence numbers that the host used
 * @rate:	of them, in a second
 * @counted:	the receiver's account is there: the next five are known
 * @received:	places of the ring that are filled
 * @back:	of these when the receiver was back
 * @idle:	longest wait for a packet before the update
 * @during:	the same from preserve to finish
 * @after:	the same from then on
 */
struct story {
	struct evidence *ev;
	int complete;
	char bdf[16];
	char device[32];
	char parent[16];
	char session[32];
	struct arrivals lines;
	char boot[16];
	struct gap silence;
	double ours;
	struct arrivals packets;
	struct arrivals sends;
	double zero;
	struct phase phase[MAX_PHASES];
	int n_phases;
	unsigned long long sent;
	double rate, seconds;
	int counted;
	unsigned int received, lost, doubled, misplaced, damaged;
	unsigned int back;
	struct missing missing[MAX_MISSING];
	int n_missing;
	struct gap idle, during, after;
};

void story_load(struct story *s, struct evidence *ev);
void story_free(struct story *s);

/* In order of time; the packets of the story are there */
void story_phase_add(struct story *s, const struct phase *phase);

/*
 * A nested guest's lines, and the phases that holdfast-qemu reports.
 * Return: whether all are known
 */
int story_nested(struct story *s);

/* The part of it that is worth a picture */
double story_from(const struct story *s);
double story_to(const struct story *s);

/* The phase that this moment is in, or NULL */
const struct phase *story_phase(const struct story *s, double time);

/*
 * What there is in bins of @width seconds from @from on; @waits gets the
 * longest wait for one, in seconds, of those that ended in the bin
 */
void arrivals_bins(const struct arrivals *a, double from, double width,
		   unsigned int *counts, double *waits, size_t n);

static inline double gap_ms(struct gap g)
{
	return (g.to - g.from) * 1000;
}

#endif
