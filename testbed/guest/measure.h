/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measuring in the guest. The unit is the tick of the time stamp counter, which
 * goes on from kernel to kernel; with QEMU's -icount it is a nanosecond of
 * virtual time.
 */
#ifndef TESTBED_GUEST_MEASURE_H
#define TESTBED_GUEST_MEASURE_H

#include <x86intrin.h>

#define MAX_SAMPLES	256

struct samples {
	unsigned long long value[MAX_SAMPLES];
	int n;
};

void samples_init(struct samples *s);
void samples_add(struct samples *s, unsigned long long value);
/* "bench: NAME n= total= min= median= p99= max=" into the log */
void samples_say(struct samples *s, const char *name);

#define SAMPLE(s, what)							\
	do {								\
		unsigned long long start_ = __rdtsc();			\
		what;							\
		samples_add(s, __rdtsc() - start_);			\
	} while (0)

/*
 * Time within a call, taken from the kernel's log: from the start to the first
 * record that holds a text, and from there to the stop; in microseconds.
 */
struct log_clock {
	int fd;
	long to_record;
	long after_record;
};

void log_clock_start(struct log_clock *c);
void log_clock_stop(struct log_clock *c, const char *part);

/* Number of records in the kernel's log that hold the text */
int log_records(const char *part);

/* Pages that nobody has, those on the lists of the processors included */
long free_pages(void);

#endif
