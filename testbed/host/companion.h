/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runs beside a machine, when the guest asks for it: a source of network
 * traffic and a watcher of the guest's memory. The guest writes lines
 *
 *   hf: host traffic-start RATE N	packets a second, and places for them
 *   hf: host traffic-more N		places for the packets from now on
 *   hf: host traffic-skip		leave one out
 *   hf: host traffic-stop
 *   hf: host watch NAME COUNT STRIDE OFFSET MASK
 *   hf: host watch-pages PHYS...	of the watch just named, in order
 *   hf: host watch-start		all that were named
 *   hf: host kho NAME KERNEL	bytes kept for the kernel after this one
 *   hf: host done PHYS		that has been done: say so there
 *
 * Times are those of the host's wall clock, which the
 * trace has, too.
 */
#ifndef TESTBED_HOST_COMPANION_H
#define TESTBED_HOST_COMPANION_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define MAX_KERNELS	16
#define MAX_WATCHES	8
#define MAX_WATCH_PAGES	512

/**
 * struct watch - a row of words in the guest's memory
 * @name:	as the guest calls it
 * @count:	entries in the row; one that goes on changing if it is 1, each
 *		of which gets its mask's bits set once if there are more
 * @stride:	bytes from entry to entry, a divisor of the page size
 * @offset:	of the word in an entry
 * @mask:	what to look at
 */
struct watch {
	char name[32];
	unsigned int count;
	unsigned int stride;
	unsigned int offset;
	uint32_t mask;
	uint64_t pages[MAX_WATCH_PAGES];
	unsigned int n_pages;
};

/**
 * struct places - what the receiver has room for, shared with the source
 * @count:	packets from the one on that is next when it is given
 * @given:	how often it was
 */
struct places {
	unsigned int count;
	unsigned int given;
};

struct companions {
	const char *dir;	/* of the run: sockets, logs */
	int ram;		/* the guest's memory, -1 if it is not shared */
	size_t ram_size;
	FILE *log;
	struct watch watches[MAX_WATCHES];
	int n_watches;
	uint64_t kho_roots[MAX_KERNELS];
	volatile struct places *places;
	pid_t watcher;
	pid_t source;
};

/* A line that the guest wrote behind "hf: host " */
void companions_line(struct companions *c, const char *line);

/* The machine has ended */
void companions_end(struct companions *c);

/* Seconds of the wall clock */
double wall_clock(void);

/* The bodies of the processes; a signal ends them */
extern volatile int companion_stop;
extern volatile int companion_skip;
void watch_run(const struct companions *c);
void source_run(const char *dir, unsigned int rate,
		const volatile struct places *places);

/*
 * Bytes that the kernel keeps for the next one, or -1 if that cannot be told.
 * The kernels before it have to have been asked, too.
 */
long long kho_bytes(struct companions *c, int kernel);

/* Where the guest's physical address is in its memory, -1: nowhere */
long long ram_offset(const struct companions *c, uint64_t phys);

#endif
