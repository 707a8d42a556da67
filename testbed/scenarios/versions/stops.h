/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A next kernel that cannot take a running device over: it has to stop, say
 * why, and leave the device what it had until then.
 */
#ifndef TESTBED_SCENARIOS_STOPS_H
#define TESTBED_SCENARIOS_STOPS_H

#include <string.h>

#include "running/outlive.h"
#include "witness.h"

/* Next to what the device writes to, see hda.c */
static const size_t stops_guards[] = { 0x3ffc, 0x6000, 0x7ffc, 0xa000 };

static inline void stops_first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(r);
	hda_check(r);
	hda_watch(r);
	for (size_t i = 0; i < ARRAY_SIZE(stops_guards); i++)
		watch_add("guard", r->owner.mem + (stops_guards[i] & ~0xfff),
			  1, 4096, stops_guards[i] & 0xfff, ~0u);
	watch_start();
	running_preserve(r, "holdfast-stops");
	running_prepare();
	running_go();
}

static inline void stops_never(void)
{
	FAIL("the kernel came up, though it cannot take the device over");
}

/* After the new kernel's first access: it is none of the old one's doing */
static inline size_t stops_late(struct evidence *ev, const struct arrivals *a)
{
	double there = 0;
	size_t n = 0;

	for (size_t i = 0; i < ev->n_events && !there; i++)
		if (ev->events[i].half == HALF_GAP_NEW)
			there = ev->events[i].time;
	for (size_t i = 0; i < a->n && there; i++)
		n += a->times[i] > there;
	return n;
}

/*
 * Until the machine is gone. A pristine kernel turns interrupt remapping off before
 * it looks at what it was handed over.
 */
static inline void stops_judge_dma(struct evidence *ev, const char *next)
{
	struct arrivals a = arrivals_load(ev, "hda");
	struct arrivals guards = arrivals_load(ev, "guard");
	struct span s = span_markers(ev, 1, MARK_REBOOT, 1, MARK_REBOOT);

	s.to = ev->n_events;
	expect_translation(ev, s);
	if (!next || strcmp(next, "stock"))
		expect_remapping(ev, s);
	expect_no_faults(ev, NULL);
	if (guards.n)
		complain(ev, "memory next to the buffers was hit %zu times",
			 guards.n);
	remark(ev, "hda: %zu DMAs, %zu of them in the new kernel", a.n,
	       stops_late(ev, &a));
	arrivals_free(&a);
	arrivals_free(&guards);
}

#define STOPS_IN(old, next, where, sym, label, words, text, first_words,	\
		 next_words, ...)					\
static void sym##_judge(struct evidence *ev)				\
{									\
	stops_judge_dma(ev, next);					\
	if (log_count(ev, 2, text) != 1)				\
		complain(ev, "log: kernel 2 does not say '%s'", text);	\
}									\
									\
SCENARIO(sym) = {							\
	.name = label,							\
	.proves = words,						\
	.devices = STRINGS(ONE(HDA, 1), ##__VA_ARGS__),			\
	.variants = where,						\
	.kernels = { old, next },					\
	.shared_memory = 1,						\
	.cmdline = { first_words, next_words },				\
	.stage = { stops_first, stops_never },				\
	.judge = sym##_judge,						\
	.expect = OUTCOME_NO_VERDICT,					\
	.expect_text = "Kernel panic - not syncing",			\
}

#define STOPS(...)	STOPS_IN(NULL, NULL, NULL, __VA_ARGS__)

#endif
