// SPDX-License-Identifier: GPL-2.0-or-later
/* The demo with a guest of QEMU: its lines, and what holdfast-qemu(8) reports */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demostory.h"
#include "nested.h"
#include "timeline.h"
#include "util.h"

#define PHASES	"\"phases\":{"

/* Of holdfast-qemu's JSON; others get no letter and no words */
static const struct {
	char letter;
	const char *name;
	const char *what;
	int ours;
} words[] = {
	{ 'P', "stop", "QMP stop: the guest pauses", 0 },
	{ 'W', "save", "QEMU writes its state", 0 },
	{ 'H', "inherit", "QEMU's files are identified", 1 },
	{ 'V', "preserve", "memory, iommufd, device to session", 1 },
	{ 'X', "disarm", "interrupts are torn down", 1 },
	{ 'N', "bind", "the driver is bound", 1 },
	{ 'R', "restore", "all comes back from the session", 1 },
	{ 'A', "attach", "devices to their page tables", 1 },
	{ 'I', "arm", "interrupts are set up, raised once", 1 },
	{ 'L', "load", "QEMU starts and loads its state", 0 },
	{ 'E', "finish", "the session ends", 1 },
	{ 'C', "resume", "QMP cont: the guest runs", 0 },
};

static void read_lines(struct story *s, const struct timeline *tl)
{
	const struct evidence *ev = s->ev;
	struct arrivals *a = &s->lines;

	a->times = calloc(ev->n_lines + 1, sizeof(*a->times));
	if (!a->times)
		abort();
	for (size_t i = 0; i < ev->n_lines; i++) {
		const char *p = strstr(ev->lines[i].text, NESTED_SAYS);

		if (!p || sscanf(p + strlen(NESTED_SAYS), "%*u: boot %8s",
				 s->boot) != 1)
			continue;
		a->times[a->n] = timeline_console(tl, &ev->lines[i]);
		if (a->n && a->times[a->n] - a->times[a->n - 1] >
			    s->silence.to - s->silence.from) {
			s->silence.from = a->times[a->n - 1];
			s->silence.to = a->times[a->n];
		}
		a->n++;
	}
}

static void add_phase(struct story *s, const char *name, size_t length,
		      enum era era, double from, double to)
{
	struct phase p = { .letter = '?', .era = era, .from = from, .to = to };

	if (s->n_phases == MAX_PHASES)
		return;
	p.name = strndup(name, length);
	p.what = "";
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].name, p.name)) {
			p.letter = words[i].letter;
			p.what = words[i].what;
			if (words[i].ours)
				s->ours += to - from;
		}
	story_phase_add(s, &p);
}

/* Durations in microseconds, in order, the last of which ends at @end */
static int add_reported(struct story *s, int kernel, enum era era, double end)
{
	const struct log_line *l = log_find(s->ev, kernel, PHASES);
	const char *begin, *p;
	double total = 0, at;
	char name[32];
	long long us;
	int n;

	if (!l)
		return 0;
	begin = strstr(l->text, PHASES) + strlen(PHASES);
	for (p = begin; sscanf(p, "\"%31[^\"]\":%lld%n", name, &us, &n) == 2;
	     p += n + (p[n] == ','))
		total += us / 1e6;
	at = end - total;
	for (p = begin; sscanf(p, "\"%31[^\"]\":%lld%n", name, &us, &n) == 2;
	     p += n + (p[n] == ',')) {
		add_phase(s, name, strlen(name), era, at, at + us / 1e6);
		at += us / 1e6;
	}
	return p != begin;
}

static void add_between(struct story *s, char letter, const char *name,
			const char *what, enum era era, double from, double to)
{
	const struct phase p = {
		.letter = letter, .name = name, .what = what, .era = era,
		.from = from, .to = to,
	};

	if (s->n_phases < MAX_PHASES)
		story_phase_add(s, &p);
}

static double mark_time(const struct story *s, int kernel, unsigned int code)
{
	const struct trace_event *e = marker_find(s->ev, kernel, code);

	return e ? e->time : 0;
}

int story_nested(struct story *s)
{
	double held = mark_time(s, 1, DEMO_PRESERVED);
	double left = mark_time(s, 1, MARK_REBOOT);
	double there = mark_time(s, 2, MARK_INIT);
	double retrieve = mark_time(s, 2, MARK_RETRIEVE);
	const struct log_line *jump = log_find(s->ev, 1, "Starting new kernel");
	const struct log_line *back = log_find(s->ev, 2, PHASES);
	struct timeline tl;

	timeline_init(&tl, s->ev);
	read_lines(s, &tl);
	if (!held || !left || !there || !retrieve || !jump || !back ||
	    !add_reported(s, 1, ERA_OLD, held))
		return 0;
	add_between(s, 'S', "shutdown", "freeze, then drivers stop", ERA_OLD,
		    left, timeline_log(&tl, jump));
	add_between(s, 'B', "kernel boot", "from the jump to the first program",
		    ERA_BOOT, timeline_log(&tl, jump), there);
	add_between(s, 'D', "driver", "file systems, vfio-pci is bound",
		    ERA_NEW, there, retrieve);
	return add_reported(s, 2, ERA_NEW, timeline_log(&tl, back));
}
