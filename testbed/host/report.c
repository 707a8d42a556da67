// SPDX-License-Identifier: GPL-2.0-or-later
/* Results as people read them */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "util.h"

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_OK] = "passed",
		[OUTCOME_GUEST] = "a check in the guest failed",
		[OUTCOME_LOG] = "a kernel complained",
		[OUTCOME_WITNESS] = "a witness on the device side disagrees",
		[OUTCOME_TIMEOUT] = "out of time",
		[OUTCOME_SILENT] = "infrastructure: the machine stayed silent",
		[OUTCOME_NO_START] = "infrastructure: the machine did not start",
		[OUTCOME_NO_VERDICT] = "no verdict",
		[OUTCOME_SKIP] = "skipped",
		[OUTCOME_SETUP] = "the machine could not be started, or was killed",
	};

	return names[outcome];
}

static void print_reason(const char *reason)
{
	char copy[2000], *end;

	snprintf(copy, sizeof(copy), "%s", reason);
	for (char *p = strtok_r(copy, "\n", &end); p;
	     p = strtok_r(NULL, "\n", &end))
		printf("     %s\n", p);
}

static int as_expected(const struct scenario *s, const struct result *r)
{
	if (r->outcome != s->expect)
		return 0;
	return !s->expect_text || strstr(r->reason, s->expect_text);
}

void report_one(const struct scenario *s, const char *variant,
		const struct result *r, const char *dir, struct totals *t)
{
	/* One that was asked for is no trouble */
	if (r->second_tries && s->expect != OUTCOME_SILENT &&
	    s->expect != OUTCOME_NO_START) {
		t->second_tries += r->second_tries;
		printf("     %s: the first kernel did not reach init, started again: see %s/first-serial.log\n",
		       s->name, dir);
	}
	if (as_expected(s, r)) {
		t->passed++;
		printf("ok   %s (%s, %.1f s): %s\n", s->name, variant,
		       r->seconds, s->proves);
		print_reason(r->notes);
	} else if (r->outcome == OUTCOME_SKIP) {
		t->skipped++;
		printf("skip %s (%s): %s\n", s->name, variant, r->reason);
	} else {
		t->failed++;
		printf("FAIL %s (%s, %.1f s): %s\n", s->name, variant,
		       r->seconds, s->proves);
		if (s->expect == OUTCOME_OK)
			printf("     %s:\n", outcome_name(r->outcome));
		else
			printf("     ended as '%s', but '%s'%s%s%s must come out:\n",
			       outcome_name(r->outcome),
			       outcome_name(s->expect),
			       s->expect_text ? " with '" : "",
			       s->expect_text ? s->expect_text : "",
			       s->expect_text ? "'" : "");
		print_reason(r->reason);
		printf("     log: %s/serial.log\n", dir);
	}
	fflush(stdout);
}

/* Return: exit status of the run */
int report_totals(const struct totals *t)
{
	if (t->second_tries)
		printf("infrastructure: %d machine(s) did not reach init in the first kernel and were started again\n",
		       t->second_tries);
	printf("%d passed, %d failed, %d skipped\n", t->passed, t->failed,
	       t->skipped);
	return t->failed || !t->passed;
}
