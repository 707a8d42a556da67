// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ten live updates in a row, while packets come all the time: eleven kernels,
 * one ring.
 */
#include <stdlib.h>
#include <unistd.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "receive.h"
#include "scenario.h"
#include "stage.h"
#include "watch.h"

#define UPDATES	10
#define RATE	500	/* packets a second */
/* Places of the ring for the packets of one kernel, however long it takes */
#define SHARE	(RECEIVE_PLACES(RECEIVE_MAX) / (UPDATES + 1))

/* Session names do not repeat, so that none is taken for an old one */
static void leave(struct running *r)
{
	char *name = text("holdfast-244-%d", stage.number);

	running_preserve(r, name);
	free(name);
	running_prepare();
	running_go();
}

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_E1000E, 0), receive_memory(RECEIVE_MAX));
	kho_count("before");
	receive_start(r, RECEIVE_MAX);
	receive_watch(r, RECEIVE_MAX);
	watch_start();
	traffic_start(RATE, SHARE);
	mark(MARK_USER);
	leave(r);
}

static void take_over(struct running *r)
{
	running_recall();
	running_retrieve(r);
	running_check_config(r);
	running_finish();
	traffic_more(SHARE);
	say("packets: %u by kernel %d", receive_count(r, RECEIVE_MAX),
	    stage.number);
}

static void between(void)
{
	take_over(&running[0]);
	/* The count of the last one needs those before */
	kho_count("between");
	running_again();
	leave(&running[0]);
}

static void last(void)
{
	struct running *r = &running[0];

	take_over(r);
	mark(MARK_USER);
	traffic_stop();
	receive_check(r, RECEIVE_MAX, "in all");
	receive_stop(r);
	running_close(r);
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "packets");
	struct flow f;

	judge_running(ev);
	expect_all_received(ev, UPDATES + 1, "in all");
	f = expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, UPDATES + 1,
					     MARK_USER), UPDATES * RATE / 2, 1);
	remark(ev, "largest gap in %d updates: %.1f ms", UPDATES,
	       f.largest_gap * 1e3);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&a);
}

SCENARIO(ten) = {
	.name = "244-ten",
	.proves = "no packet is lost through ten kexecs in a row",
	.devices = STRINGS(ONE(E1000E_FED, 1)),
	.shared_memory = 1,
	.time_limit = 360,
	.stage = { first, between, between, between, between, between, between,
		   between, between, between, last },
	.judge = judge,
};
