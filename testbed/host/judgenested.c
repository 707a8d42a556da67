// SPDX-License-Identifier: GPL-2.0-or-later
/* The judge of guests inside the machine: one guest, with clocks that go on */
#include <stdio.h>
#include <string.h>

#include "continuity.h"
#include "judgenested.h"
#include "marker.h"
#include "nested.h"

#define STEP	5	/* seconds that a slow host may take for a line */
#define DRIFT	0.05	/* seconds between its two clocks */
#define SHOWN	3

struct line {
	unsigned int number;
	char boot[16];
	double up, since;
	double host;
	int kernel;
};

/*
 * What a service says comes by itself, and again if the stage looks at the journal.
 * Return: whether this line of the console repeats one of the guest's
 */
static int read_line(const struct evidence *ev, const struct log_line *l,
		     struct line *line)
{
	const char *p = strstr(l->text, NESTED_SAYS);

	if (ev->scenario->system && strstr(l->text, "hf: program: "))
		return 0;
	line->host = l->host_time;
	line->kernel = l->kernel;
	return p && sscanf(p + strlen(NESTED_SAYS),
			   "%u: boot %8s up %lf since %lf", &line->number,
			   line->boot, &line->up, &line->since) == 4;
}

/*
 * A line that the guest writes when it is paused has its ends in two kernels. The
 * guest's clock may count the pause, or a part of it, as the counter of its processor
 * goes on while QEMU loads, but no more than that.
 */
static int follows(const struct line *a, const struct line *b)
{
	unsigned int torn = a->kernel != b->kernel;

	return b->number > a->number && b->number <= a->number + 1 + torn &&
	       !strcmp(a->boot, b->boot) && b->up > a->up &&
	       b->up < a->up + (b->host - a->host) + STEP &&
	       b->since < a->since + DRIFT && b->since > a->since - DRIFT;
}

void judge_nested(struct evidence *ev)
{
	struct line was = { 0 }, line;
	int n = 0, bad = 0;

	for (size_t i = 0; i < ev->n_lines; i++) {
		if (!read_line(ev, &ev->lines[i], &line))
			continue;
		if (n && !follows(&was, &line) && bad++ < SHOWN)
			complain(ev, "nested guest: after line %u of boot %s at %.3f s comes line %u of boot %s at %.3f s, and its clock of the day moved by %.3f s",
				 was.number, was.boot, was.up, line.number,
				 line.boot, line.up, line.since - was.since);
		if (n && line.kernel != was.kernel)
			remark(ev, "nested guest: boot %s was silent for %.1f s, of which its clock counts %.1f: line %u came from kernel %d, line %u from kernel %d",
			       line.boot, line.host - was.host,
			       line.up - was.up, was.number, was.kernel,
			       line.number, line.kernel);
		was = line;
		n++;
	}
	if (n < 2)
		complain(ev, "nested guest: it said %d lines", n);
}

void judge_nested_running(struct evidence *ev)
{
	judge_nested(ev);
	judge_running_owned(ev);
}
