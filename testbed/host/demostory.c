// SPDX-License-Identifier: GPL-2.0-or-later
/* What happened in a run of the demo: logs, trace, traffic and memory */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demostory.h"
#include "timeline.h"
#include "util.h"

#define AROUND	1.0	/* seconds of the picture before and after */
#define MORE	2.0	/* ... with the lines of a guest */

/* The same row is read at both ends: a phase's end is the next one's start */
struct moment {
	int kernel;
	unsigned int mark;	/* 0: a line of the log */
	const char *line;
	int last;		/* the last such line, not the first */
};

struct known_phase {
	char letter;
	const char *name;
	const char *what;
	enum era era;
	struct moment from, to;
};

static const struct known_phase phases[] = {
	{ 'P', "preserve", "memory, iommufd, device to session", ERA_OLD,
	  { 1, DEMO_PRESERVE, NULL, 0 }, { 1, DEMO_PRESERVED, NULL, 0 } },
	{ 'L', "load", "kexec_file_load() of the next one", ERA_OLD,
	  { 1, DEMO_PRESERVED, NULL, 0 }, { 1, DEMO_LOADED, NULL, 0 } },
	{ 'F', "freeze", "the session is closed to its owner", ERA_OLD,
	  { 1, MARK_REBOOT, NULL, 0 }, { 1, 0, "liveupdate: frozen", 1 } },
	{ 'S', "shutdown", "drivers of the old kernel stop", ERA_OLD,
	  { 1, 0, "liveupdate: frozen", 1 },
	  { 1, 0, "Starting new kernel", 0 } },
	{ 'B', "kernel boot", "from the jump to the first program", ERA_BOOT,
	  { 1, 0, "Starting new kernel", 0 }, { 2, MARK_INIT, NULL, 0 } },
	{ 'D', "driver", "vfio-pci is bound", ERA_NEW,
	  { 2, MARK_BIND, NULL, 0 }, { 2, MARK_RETRIEVE, NULL, 0 } },
	{ 'R', "retrieve", "the owner starts, all comes back",
	  ERA_NEW, { 2, MARK_RETRIEVE, NULL, 0 },
	  { 2, 0, "liveupdate: retrieved", 0 } },
	{ 'I', "bind", "device to its iommufd", ERA_NEW,
	  { 2, 0, "liveupdate: retrieved", 0 }, { 2, 0, ": opened, ", 0 } },
	{ 'E', "finish", "its owner looks, the session ends", ERA_NEW,
	  { 2, 0, ": opened, ", 0 }, { 2, 0, "liveupdate: finished", 0 } },
};

static double marker_time(const struct evidence *ev, int kernel,
			  unsigned int code)
{
	const struct trace_event *e = marker_find(ev, kernel, code);

	return e ? e->time : 0;
}

/* Return: 0 if it never came */
static double moment_time(const struct evidence *ev, const struct timeline *tl,
			  const struct moment *m)
{
	const struct log_line *found = NULL;

	if (m->mark)
		return marker_time(ev, m->kernel, m->mark);
	for (size_t i = 0; i < ev->n_lines; i++) {
		const struct log_line *l = &ev->lines[i];

		if (l->kernel == m->kernel && strstr(l->text, m->line) &&
		    (!found || m->last))
			found = l;
	}
	return found && tl->kernel[m->kernel] ? timeline_log(tl, found) : 0;
}

/* How long the host sent nothing within the gap, at one stretch */
static double pause_in(const struct arrivals *sends, const struct gap *g)
{
	double longest = 0;

	for (size_t i = 1; i < sends->n; i++) {
		double from = sends->times[i - 1], to = sends->times[i];

		if (to <= g->from || from >= g->to)
			continue;
		from = from > g->from ? from : g->from;
		to = to < g->to ? to : g->to;
		if (to - from > longest)
			longest = to - from;
	}
	return longest;
}

/* Waits that end between the two moments, and how many packets did */
static struct gap longest_wait(const struct story *s, double from, double to,
			       size_t *ret_packets)
{
	const struct arrivals *a = &s->packets;
	struct gap g = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		if (a->times[i] < from || a->times[i] > to)
			continue;
		n++;
		if (i && a->times[i] - a->times[i - 1] > g.to - g.from)
			g = (struct gap){ a->times[i - 1], a->times[i], 0 };
	}
	/* Or nothing came any more */
	if (a->n && a->times[a->n - 1] < to &&
	    to - a->times[a->n - 1] > g.to - g.from)
		g = (struct gap){ a->times[a->n - 1], to, 0 };
	if (ret_packets)
		*ret_packets = n;
	g.pause = pause_in(&s->sends, &g);
	return g;
}

void story_phase_add(struct story *s, const struct phase *phase)
{
	double last = s->n_phases ? s->phase[s->n_phases - 1].to : 0;
	struct phase *p = &s->phase[s->n_phases++];

	*p = *phase;
	/* The clock of a log is tied to the other with some play */
	if (p->from < last)
		p->from = last;
	if (p->to < p->from)
		p->to = p->from;
	p->longest = longest_wait(s, p->from, p->to, &p->packets);
}

/* Return: whether all are known */
static int find_phases(struct story *s)
{
	struct timeline tl;

	timeline_init(&tl, s->ev);
	for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
		const struct known_phase *k = &phases[i];
		const struct phase p = {
			.letter = k->letter, .name = k->name, .what = k->what,
			.era = k->era,
			.from = moment_time(s->ev, &tl, &k->from),
			.to = moment_time(s->ev, &tl, &k->to),
		};

		if (!p.from || !p.to)
			return 0;
		story_phase_add(s, &p);
	}
	return 1;
}

static void add_send(struct arrivals *a, size_t *cap, double time)
{
	if (a->n == *cap) {
		*cap = *cap ? 2 * *cap : 1024;
		a->times = realloc(a->times, *cap * sizeof(*a->times));
		if (!a->times)
			abort();
	}
	a->times[a->n++] = time;
}

static void read_sent(struct story *s)
{
	char *path = text("%s/traffic.log", s->ev->dir), *line = NULL;
	FILE *f = fopen(path, "re");
	struct arrivals *a = &s->sends;
	size_t line_cap = 0, cap = 0;
	double time;

	while (f && getline(&line, &line_cap, f) > 0) {
		sscanf(line, "sent %llu", &s->sent);
		if (sscanf(line, "%*u %lf", &time) == 1)
			add_send(a, &cap, time);
	}
	if (a->n > 1) {
		s->seconds = a->times[a->n - 1] - a->times[0];
		s->rate = (a->n - 1) / s->seconds;
	}
	if (f)
		fclose(f);
	free(line);
	free(path);
}

static void read_missing(struct story *s, const char *words)
{
	struct missing m;
	unsigned int place;

	if (s->n_missing == MAX_MISSING ||
	    sscanf(words, "%llu before place %u", &m.number, &place) != 2)
		return;
	m.time = place < s->packets.n ? s->packets.times[place] : 0;
	s->missing[s->n_missing++] = m;
}

/* What the guest says */
static void read_log(struct story *s)
{
	static const char missing[] = ": missing ";
	const struct evidence *ev = s->ev;

	for (size_t i = 0; i < ev->n_lines; i++) {
		const char *p = strstr(ev->lines[i].text, "hf: ");

		if (!p)
			continue;
		sscanf(p, "hf: running 0000:%15s in %31s", s->bdf, s->session);
		sscanf(p, "hf: demo: device %31[^\n]", s->device);
		sscanf(p, "hf: demo: parent 0000:%15s", s->parent);
		sscanf(p, "hf: demo: back at %u", &s->back);
		if (sscanf(p, "hf: received in all: %u lost %u doubled %u misplaced %u damaged %u",
			   &s->received, &s->lost, &s->doubled, &s->misplaced,
			   &s->damaged) == 5 ||
		    sscanf(p, "hf: received in all: %u lost %u doubled %u damaged %u",
			   &s->received, &s->lost, &s->doubled,
			   &s->damaged) == 4)
			s->counted = 1;
		p = strstr(p, missing);
		if (p)
			read_missing(s, p + strlen(missing));
	}
}

/* A receiver cannot know of packets behind the last one */
static void count_lost(struct story *s)
{
	unsigned long long good = s->received - s->doubled - s->damaged;

	if (s->counted && s->sent > good && s->sent - good > s->lost)
		s->lost = s->sent - good;
}

void story_load(struct story *s, struct evidence *ev)
{
	int nested = ev->scenario->qemu;
	double traffic = marker_time(ev, 1, DEMO_TRAFFIC);
	double end = marker_time(ev, 2, DEMO_END);
	double start, finished;
	int all;

	memset(s, 0, sizeof(*s));
	s->ev = ev;
	s->packets = nested ? received_of(ev) : arrivals_load(ev, "packets");
	read_sent(s);
	all = nested ? story_nested(s) : find_phases(s);
	read_log(s);
	count_lost(s);
	s->zero = marker_time(ev, 1, MARK_REBOOT);
	if (!s->zero && s->packets.n)
		s->zero = s->packets.times[0];
	s->complete = traffic && end && s->counted && s->sent && all;
	if (!s->complete)
		return;
	start = s->phase[0].from;
	finished = s->phase[s->n_phases - 1].to;
	s->idle = longest_wait(s, traffic, start, NULL);
	s->during = longest_wait(s, start, finished, NULL);
	s->after = longest_wait(s, finished, end, NULL);
}

void story_free(struct story *s)
{
	arrivals_free(&s->lines);
	arrivals_free(&s->packets);
	arrivals_free(&s->sends);
}

static double around(const struct story *s)
{
	return AROUND + (s->lines.n ? MORE : 0);
}

double story_from(const struct story *s)
{
	return (s->n_phases ? s->phase[0].from : s->zero) - around(s);
}

double story_to(const struct story *s)
{
	if (s->complete)
		return s->phase[s->n_phases - 1].to + around(s);
	return s->packets.n ? s->packets.times[s->packets.n - 1] + AROUND :
			      story_from(s) + 2 * AROUND;
}

const struct phase *story_phase(const struct story *s, double time)
{
	for (int i = 0; i < s->n_phases; i++)
		if (time >= s->phase[i].from && time < s->phase[i].to)
			return &s->phase[i];
	return NULL;
}

void arrivals_bins(const struct arrivals *a, double from, double width,
		   unsigned int *counts, double *waits, size_t n)
{
	memset(counts, 0, n * sizeof(*counts));
	memset(waits, 0, n * sizeof(*waits));
	for (size_t i = 0; i < a->n; i++) {
		double wait = i ? a->times[i] - a->times[i - 1] : 0;
		double bin = (a->times[i] - from) / width;

		if (bin < 0 || bin >= n)
			continue;
		counts[(size_t)bin]++;
		if (wait > waits[(size_t)bin])
			waits[(size_t)bin] = wait;
	}
}
