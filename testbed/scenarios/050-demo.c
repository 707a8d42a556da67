// SPDX-License-Identifier: GPL-2.0-or-later
/* What the verb "demo" runs: a receiver on a NIC, and a new kernel below it */
#include <unistd.h>

#include "demostory.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "receive.h"
#include "scenario.h"
#include "watch.h"

#define RATE	1000	/* packets a second */
#define RING	RECEIVE_MAX
#define IDLE	3	/* seconds of traffic before anything happens */
#define TOTAL	10	/* seconds of it at least */
#define AFTER	2	/* seconds of it in the new kernel, at least */
#define LIMIT	1.0	/* seconds without a packet, on a busy host */

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_E1000E, 0), receive_memory(RING));
	kho_count("before");
	receive_start(r, RING);
	receive_watch(r, RING);
	watch_start();
	traffic_start(RATE);
	mark(DEMO_TRAFFIC);
	sleep(IDLE);

	mark(DEMO_PRESERVE);
	running_preserve(r, "receiver");
	mark(DEMO_PRESERVED);
	running_prepare();
	mark(DEMO_LOADED);
	CHECK(receive_count(r, RING) > IDLE * RATE / 2,
	      "only %u packets came", receive_count(r, RING));
	running_go();
}

static void wait_packets(struct running *r, unsigned int n)
{
	double end = now() + 30;

	while (receive_count(r, RING) < n) {
		CHECK(now() < end, "%u packets after 30 s, %u expected",
		      receive_count(r, RING), n);
		usleep(100000);
	}
}

/* Which ones it was, for the picture; how many is receive_check()'s */
static void say_missing(struct running *r)
{
	unsigned int n = receive_count(r, RING), said = 0;
	long long next = 0;

	for (unsigned int i = 0; i < n; i++) {
		long long number = receive_sequence(r, RING, i);

		if (number < next)
			continue;
		for (; next < number && said < MAX_MISSING; next++, said++)
			say("demo: missing %lld before place %u", next, i);
		next = number + 1;
	}
}

static void take_back(void)
{
	struct running *r = &running[0];
	unsigned int n;

	running_recall();
	running_retrieve(r);
	mark(DEMO_BACK);
	n = receive_count(r, RING);
	say("demo: back at %u", n);
	running_check_config(r);
	mark(DEMO_FINISH);
	running_finish();

	n += AFTER * RATE;
	wait_packets(r, n > TOTAL * RATE ? n : TOTAL * RATE);
	mark(DEMO_END);
	traffic_stop();
	say_missing(r);
	receive_check(r, RING, "in all");
	receive_stop(r);
	running_close(r);
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "packets");

	judge_running(ev);
	expect_all_received(ev, 2, "in all");
	expect_flow(ev, &a, span_markers(ev, 1, DEMO_TRAFFIC, 2, DEMO_END),
		    TOTAL * RATE / 2, LIMIT);
	note_gaps(ev, &a, 1, DEMO_TRAFFIC, DEMO_END);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&a);
}

SCENARIO(demo) = {
	.name = "050-demo",
	.proves = "the live update of the demo: no packet is lost, doubled or out of place",
	.devices = STRINGS(ONE(E1000E_FED, 1)),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, take_back },
	.judge = judge,
};

/* While the receiver has not got its device back */
static void lose_one(void)
{
	traffic_skip();
	take_back();
}

SCENARIO(demo_lost) = {
	.name = "945-demo-lost",
	.proves = "mirror: a packet that is lost over the kexec is seen",
	.devices = STRINGS(ONE(E1000E_FED, 1)),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, lose_one },
	.judge = judge,
	.expect = OUTCOME_GUEST,
	.expect_text = " packets 1 lost, 0 doubled",
};
