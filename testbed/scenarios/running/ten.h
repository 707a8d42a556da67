/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ten live updates in a row, while packets come all the time: eleven kernels,
 * one ring.
 */
#ifndef TESTBED_SCENARIOS_TEN_H
#define TESTBED_SCENARIOS_TEN_H

#include <stdlib.h>

#include "continuity.h"
#include "log.h"
#include "marker.h"
#include "receive.h"
#include "scenario.h"
#include "stage.h"
#include "watch.h"

#define TEN_UPDATES	10
#define TEN_RATE	500	/* packets a second */
/* Places of the ring for the packets of one kernel, however long it takes */
#define TEN_SHARE	(RECEIVE_PLACES(RECEIVE_MAX) / (TEN_UPDATES + 1))

/* Session names do not repeat, so that none is taken for an old one */
static inline void ten_leave(struct running *r)
{
	char *name = text("holdfast-ten-%d", stage.number);

	running_preserve(r, name);
	free(name);
	running_prepare();
	running_go();
}

/* The device receives into a ring of RECEIVE_MAX */
static inline void ten_start(struct running *r)
{
	receive_watch(r, RECEIVE_MAX);
	watch_start();
	traffic_start(TEN_RATE, TEN_SHARE);
	mark(MARK_USER);
	ten_leave(r);
}

/* After running_recall() */
static inline void ten_take_over(struct running *r)
{
	running_retrieve(r);
	running_check_config(r);
	running_finish();
	traffic_more(TEN_SHARE);
	say("packets: %u by kernel %d", receive_count(r, RECEIVE_MAX),
	    stage.number);
}

static inline void ten_between(struct running *r)
{
	ten_take_over(r);
	/* The count of the last one needs those before */
	kho_count("between");
	running_again();
	ten_leave(r);
}

static inline void ten_end(struct running *r)
{
	ten_take_over(r);
	mark(MARK_USER);
	traffic_stop();
	receive_check(r, RECEIVE_MAX, "in all");
	receive_stop(r);
	running_close(r);
	kho_count("after");
}

static inline void ten_judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "packets");
	struct flow f;

	judge_running(ev);
	expect_all_received(ev, TEN_UPDATES + 1, "in all");
	f = expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, TEN_UPDATES + 1,
					     MARK_USER),
			TEN_UPDATES * TEN_RATE / 2, 1);
	remark(ev, "largest gap in %d updates: %.1f ms", TEN_UPDATES,
	       f.largest_gap * 1e3);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&a);
}

#define TEN_STAGES(first, between, last)				\
	{ first, between, between, between, between, between, between,	\
	  between, between, between, last }

#endif
