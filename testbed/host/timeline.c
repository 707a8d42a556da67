// SPDX-License-Identifier: GPL-2.0-or-later
/* One clock for a run, tied together by the guest's markers */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marker.h"
#include "timeline.h"

/* "[    4.190765] text" */
static double kernel_time(const struct log_line *l)
{
	return strtod(l->text + strspn(l->text, "[ "), NULL);
}

const struct log_line *log_find(const struct evidence *ev, int kernel,
				const char *part)
{
	for (size_t i = 0; i < ev->n_lines; i++)
		if (ev->lines[i].kernel == kernel &&
		    strstr(ev->lines[i].text, part))
			return &ev->lines[i];
	return NULL;
}

const struct trace_event *marker_find(const struct evidence *ev, int kernel,
				      unsigned int code)
{
	for (size_t i = 0; i < ev->n_events; i++) {
		const struct trace_event *e = &ev->events[i];

		if (e->kind == TRACE_MARKER && e->kernel == kernel &&
		    e->marker == code)
			return e;
	}
	return NULL;
}

/*
 * The guest says which marker comes before it writes it, and the console shows
 * lines some time after the kernel stamped them: the smallest difference is the
 * nearest to the truth.
 */
void timeline_init(struct timeline *tl, const struct evidence *ev)
{
	int known[MAX_STAGES + 1] = { 0 }, console = 0;

	memset(tl, 0, sizeof(*tl));
	for (size_t i = 0; i < ev->n_lines; i++) {
		const struct log_line *l = &ev->lines[i];
		const char *p = strstr(l->text, "hf: marker ");
		const struct trace_event *e;
		unsigned int code;
		int k;

		if (!p || sscanf(p, "hf: marker %d/%x", &k, &code) != 2 ||
		    k < 1 || k > MAX_STAGES)
			continue;
		e = marker_find(ev, k, code);
		if (!e)
			continue;
		if (!known[k]++ || e->time - kernel_time(l) < tl->kernel[k])
			tl->kernel[k] = e->time - kernel_time(l);
	}
	for (size_t i = 0; i < ev->n_lines; i++) {
		const struct log_line *l = &ev->lines[i];
		double zero;

		if (l->kernel < 1 || l->kernel > MAX_STAGES ||
		    !known[l->kernel] || kernel_time(l) <= 0)
			continue;
		zero = timeline_log(tl, l) - l->host_time;
		if (!console++ || zero > tl->console)
			tl->console = zero;
	}
}

double timeline_log(const struct timeline *tl, const struct log_line *l)
{
	return tl->kernel[l->kernel] + kernel_time(l);
}

double timeline_console(const struct timeline *tl, const struct log_line *l)
{
	return tl->console + l->host_time;
}
