// SPDX-License-Identifier: GPL-2.0-or-later
/* Judges of DMA that goes on: what the watcher saw, what the host sent */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "continuity.h"
#include "marker.h"
#include "timeline.h"
#include "util.h"

#define KEXEC_PART	5	/* of the time between two kernels' programs */

struct arrivals arrivals_load(struct evidence *ev, const char *name)
{
	char *path = text("%s/watch.log", ev->dir), *line = NULL, word[32];
	struct arrivals a = { .n = 0 };
	FILE *f = fopen(path, "re");
	size_t cap = 0, line_cap = 0;

	snprintf(a.name, sizeof(a.name), "%s", name);
	if (!f)
		complain(ev, "watch: %s is not there", path);
	while (f && getline(&line, &line_cap, f) > 0) {
		double time;

		if (sscanf(line, "%31s %*u %*u %lf", word, &time) != 2 ||
		    strcmp(word, name))
			continue;
		if (a.n == cap) {
			cap = cap ? 2 * cap : 1024;
			a.times = realloc(a.times, cap * sizeof(*a.times));
			if (!a.times)
				abort();
		}
		a.times[a.n++] = time;
	}
	if (f)
		fclose(f);
	free(line);
	free(path);
	return a;
}

static struct arrivals events_of(const struct evidence *ev, const char *name,
				 enum trace_kind kind, const char *bdf)
{
	struct arrivals a = { 0 };

	snprintf(a.name, sizeof(a.name), "%s", name);
	a.times = calloc(ev->n_events + 1, sizeof(*a.times));
	if (!a.times)
		abort();
	for (size_t i = 0; i < ev->n_events; i++)
		if (ev->events[i].kind == kind &&
		    (!bdf || !strcmp(ev->events[i].bdf, bdf)))
			a.times[a.n++] = ev->events[i].time;
	return a;
}

struct arrivals faults_of(const struct evidence *ev, const char *bdf)
{
	return events_of(ev, "blocked DMA", TRACE_DMAR_FAULT, bdf);
}

struct arrivals received_of(const struct evidence *ev)
{
	return events_of(ev, "packets", TRACE_RECEIVED, NULL);
}

void arrivals_free(struct arrivals *a)
{
	free(a->times);
	a->times = NULL;
	a->n = 0;
}

static struct flow flow_between(const struct arrivals *a, double from,
				double to)
{
	struct flow f = { 0 };
	double last = from;

	for (size_t i = 0; i < a->n; i++) {
		if (a->times[i] < from || a->times[i] > to)
			continue;
		if (a->times[i] - last > f.largest_gap)
			f.largest_gap = a->times[i] - last;
		last = a->times[i];
		f.n++;
	}
	if (to - last > f.largest_gap)
		f.largest_gap = to - last;
	return f;
}

struct flow flow_of(const struct evidence *ev, const struct arrivals *a,
		    struct span s)
{
	if (s.from >= s.to || s.to > ev->n_events)
		return (struct flow){ 0 };
	return flow_between(a, ev->events[s.from].time,
			    ev->events[s.to == ev->n_events ? s.to - 1 :
				       s.to].time);
}

static double marker_time(const struct evidence *ev, int k, unsigned int code)
{
	const struct trace_event *e = marker_find(ev, k, code);

	return e ? e->time : 0;
}

/*
 * How long a host may hold up its QEMU: @seconds, or a part of what the longest
 * kexec took on it. DMA that stops with a kernel stops for all of that time.
 */
static double gap_limit(const struct evidence *ev, double seconds)
{
	for (int k = 1; k < MAX_STAGES; k++) {
		double left = marker_time(ev, k, MARK_REBOOT);
		double there = marker_time(ev, k + 1, MARK_INIT);

		if (left && (there - left) / KEXEC_PART > seconds)
			seconds = (there - left) / KEXEC_PART;
	}
	return seconds;
}

static void check_flow(struct evidence *ev, const struct arrivals *a,
		       struct flow f, size_t n, double seconds)
{
	if (seconds)
		seconds = gap_limit(ev, seconds);
	if (f.n < n)
		complain(ev, "%s: the host saw %zu DMAs, %zu expected",
			 a->name, f.n, n);
	if (seconds && f.largest_gap > seconds)
		complain(ev, "%s: no DMA for %.0f ms, %.0f ms is the limit",
			 a->name, f.largest_gap * 1e3, seconds * 1e3);
}

struct flow expect_flow(struct evidence *ev, const struct arrivals *a,
			struct span s, size_t n, double seconds)
{
	struct flow f = flow_of(ev, a, s);

	check_flow(ev, a, f, n, seconds);
	return f;
}

void expect_all_of(struct evidence *ev, const struct arrivals *a,
		   struct span s, size_t n, double seconds)
{
	struct flow f = flow_of(ev, a, s);

	if (f.n == n)
		f = flow_between(a, ev->events[s.from].time,
				 a->times[a->n - 1]);
	check_flow(ev, a, f, n, seconds);
}

/* The last line of traffic.log: what the source did in all */
static int read_sent(const struct evidence *ev, unsigned long long *sent)
{
	char *path = text("%s/traffic.log", ev->dir);
	char *data = file_read(path, NULL), *p = NULL;
	int ok;

	if (data)
		p = strstr(data, "sent ");
	ok = p && sscanf(p, "sent %llu", sent) == 1;
	free(data);
	free(path);
	return ok;
}

void expect_all_received(struct evidence *ev, int k, const char *when)
{
	char *part = text("hf: received %s: ", when);
	const struct log_line *l = log_find(ev, k, part);
	unsigned long long sent = 0;
	unsigned int got = 0, lost = 0;

	if (!read_sent(ev, &sent)) {
		complain(ev, "traffic: there is no account of what was sent");
	} else if (!l || sscanf(strstr(l->text, part) + strlen(part),
				"%u lost %u", &got, &lost) != 2) {
		complain(ev, "traffic: kernel %d does not say '%s'", k, part);
	} else {
		if (got != sent || lost)
			complain(ev, "traffic: %llu packets sent, %u received, %u of them missing between others",
				 sent, got, lost);
		remark(ev, "packets: %llu sent, %u received", sent, got);
	}
	free(part);
}

void note_gaps(struct evidence *ev, const struct arrivals *a, int k,
	       unsigned int from, unsigned int to)
{
	double start = marker_time(ev, k, from);
	double left = marker_time(ev, k, MARK_REBOOT);
	double there = marker_time(ev, k + 1, MARK_INIT);
	double end = marker_time(ev, k + 1, to);
	struct flow before = flow_between(a, start, left);
	struct flow over = flow_between(a, left, there);
	struct flow after = flow_between(a, there, end);

	if (!start || !left || !there || !end) {
		complain(ev, "%s: markers of the update are missing", a->name);
		return;
	}
	remark(ev, "%s: DMAs and largest gap: %zu, %.1f ms before; %zu, %.1f ms in the %.1f s between the kernels' programs; %zu, %.1f ms after",
	     a->name, before.n, before.largest_gap * 1e3, over.n,
	     over.largest_gap * 1e3, there - left, after.n,
	     after.largest_gap * 1e3);
}

void expect_packets(struct evidence *ev, size_t n, double seconds)
{
	struct arrivals a = arrivals_load(ev, "packets");

	expect_all_received(ev, 2, "in all");
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), n,
		    seconds);
	note_gaps(ev, &a, 1, MARK_USER, MARK_USER);
	arrivals_free(&a);
}

void expect_reads(struct evidence *ev, size_t n, double seconds)
{
	struct arrivals a = arrivals_load(ev, "reads");
	struct flow gap = flow_of(ev, &a, span_gap(ev, 1));

	if (!gap.n)
		complain(ev, "reads: none completed between the kernels");
	expect_all_of(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), n,
		      seconds);
	note_gaps(ev, &a, 1, MARK_USER, MARK_USER);
	arrivals_free(&a);
}

long long kho_counted(const struct evidence *ev, const char *name)
{
	char *format = text("kho %s %%lld", name);
	long long bytes = -1;

	for (size_t i = 0; i < ev->n_lines; i++)
		if (sscanf(ev->lines[i].text, format, &bytes) == 1)
			break;
	free(format);
	return bytes;
}

void expect_same_kho(struct evidence *ev, const char *a, const char *b)
{
	long long before = kho_counted(ev, a), after = kho_counted(ev, b);

	if (before <= 0 || after <= 0)
		complain(ev, "kho: '%s' or '%s' was not counted", a, b);
	else if (before != after)
		complain(ev, "kho: %lld bytes are kept for the next kernel %s, %lld %s",
			 before, a, after, b);
}
