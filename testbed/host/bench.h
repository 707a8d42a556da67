/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Figures of the verb "bench" */
#ifndef TESTBED_HOST_BENCH_H
#define TESTBED_HOST_BENCH_H

#define BENCH_SIZES	3

/* What is done with the devices of the machine, see the scenarios */
enum bench_kind {
	BENCH_EMPTY,		/* nothing preserved */
	BENCH_FULL,		/* all preserved */
	BENCH_NORESET,		/* all preserved, not reset at shutdown */
	BENCH_KINDS,
};

struct bench {
	int sizes;
	int n[BENCH_SIZES];
	/* All that the guest measured, line by line */
	char *said[BENCH_SIZES][BENCH_KINDS];
};

/* Print the table and the targets, write both files. Return: all are met */
int bench_report(const struct bench *b, const char *dir);

/* Mapped memory, of which the guest has @said all and noted the rest */
void bench_tables_report(const char *said, const char *notes, const char *dir);

#endif
