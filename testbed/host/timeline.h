/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One clock for a run. Device events carry the host's clock, log lines that of
 * their kernel, which starts again with each kernel; the guest's markers are in
 * both and tie them together.
 */
#ifndef TESTBED_HOST_TIMELINE_H
#define TESTBED_HOST_TIMELINE_H

#include "evidence.h"

struct timeline {
	double kernel[MAX_STAGES + 1];	/* host's clock at time 0 of a kernel */
	double console;			/* and at time 0 of the run */
};

void timeline_init(struct timeline *tl, const struct evidence *ev);

/* Seconds on the host's clock */
double timeline_log(const struct timeline *tl, const struct log_line *l);

/* When the console showed the line: for lines from before a kernel's clock */
double timeline_console(const struct timeline *tl, const struct log_line *l);

/* First line of @kernel that holds @part, or NULL */
const struct log_line *log_find(const struct evidence *ev, int kernel,
				const char *part);

/* Marker @code of stage @kernel, or NULL */
const struct trace_event *marker_find(const struct evidence *ev, int kernel,
				      unsigned int code);

#endif
