/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run left behind, for its judges: the console log of all kernels and
 * the trace of what the devices saw.
 */
#ifndef TESTBED_HOST_EVIDENCE_H
#define TESTBED_HOST_EVIDENCE_H

#include <stddef.h>

#include "scenario.h"
#include "trace.h"

struct log_line {
	char *text;		/* without the runner's time stamp */
	double host_time;	/* seconds since the start of the run */
	int kernel;		/* 1 for the first kernel; 0 before it */
};

struct evidence {
	const struct scenario *scenario;
	const char *variant;
	const char *dir;	/* what else the run left */

	struct log_line *lines;
	size_t n_lines;

	struct trace_event *events;
	size_t n_events;

	char *log_complaints;
	char *witness_complaints;
	char *notes;
};

struct evidence *evidence_load(const struct scenario *s, const char *variant,
			       const char *dir);
void evidence_free(struct evidence *ev);

/* A witness does not agree with the scenario */
void complain(struct evidence *ev, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* For the reader of the report, all being well */
void remark(struct evidence *ev, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Scan the logs of all kernels for lines that must not be there */
void log_scan(struct evidence *ev);

/* Number of lines of @kernel (0: any) that match the regular expression */
int log_count(const struct evidence *ev, int kernel, const char *regex);

#endif
