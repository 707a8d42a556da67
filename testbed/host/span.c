// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts of a run, cut at the guest's markers */
#include "marker.h"
#include "witness.h"

struct span span_all(const struct evidence *ev)
{
	return (struct span){ 0, ev->n_events };
}

static struct span halves(struct evidence *ev, int k, int old, int new)
{
	struct span s = { 0, 0 };

	for (size_t i = 0; i < ev->n_events; i++) {
		const struct trace_event *e = &ev->events[i];

		/* A reboot that was refused is no gap: take the last one */
		if (e->kernel == k && e->kind == TRACE_MARKER)
			s.to = 0;
		if (e->kernel != k ||
		    !((old && e->half == HALF_GAP_OLD) ||
		      (new && e->half == HALF_GAP_NEW)))
			continue;
		if (!s.to)
			s.from = i;
		s.to = i + 1;
	}
	if (!s.to)
		complain(ev, "trace: there is no gap after kernel %d", k);
	return s;
}

struct span span_gap(struct evidence *ev, int k)
{
	return halves(ev, k, 1, 1);
}

struct span span_gap_old(struct evidence *ev, int k)
{
	return halves(ev, k, 1, 0);
}

struct span span_gap_new(struct evidence *ev, int k)
{
	return halves(ev, k, 0, 1);
}

static size_t find_marker(struct evidence *ev, size_t start, int k,
			  unsigned int code)
{
	for (size_t i = start; i < ev->n_events; i++) {
		const struct trace_event *e = &ev->events[i];

		if (e->kind == TRACE_MARKER && e->kernel == k &&
		    e->marker == code)
			return i;
	}
	complain(ev, "trace: kernel %d never came to marker %#x", k, code);
	return ev->n_events;
}

struct span span_markers(struct evidence *ev, int k_from, unsigned int from,
			 int k_to, unsigned int to)
{
	struct span s;

	s.from = find_marker(ev, 0, k_from, from);
	s.to = s.from == ev->n_events ? s.from :
	       find_marker(ev, s.from, k_to, to);
	return s;
}
