/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results as people read them */
#ifndef TESTBED_HOST_REPORT_H
#define TESTBED_HOST_REPORT_H

#include "scenario.h"

/* Goes through a pipe from the process of a job, so no pointers */
struct result {
	enum outcome outcome;
	int second_tries;
	double seconds;
	char reason[2000];
	char notes[2000];	/* lines of the guest for the reader */
};

struct totals {
	int passed;
	int failed;
	int skipped;
	int second_tries;
};

const char *outcome_name(enum outcome outcome);
void report_one(const struct scenario *s, const char *variant,
		const struct result *r, const char *dir, struct totals *t);
int report_totals(const struct totals *t);

#endif
