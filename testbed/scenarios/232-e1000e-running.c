// SPDX-License-Identifier: GPL-2.0-or-later
/* A NIC receives into its owner's memory while the kernels change */
#include <unistd.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "receive.h"
#include "scenario.h"
#include "watch.h"

#define RATE		1000	/* packets a second */
#define SECONDS		12	/* of traffic, at least */
#define BEFORE		4	/* seconds of it in the first kernel */

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_E1000E, 0), receive_memory(RECEIVE_MAX));
	kho_count("before");
	receive_start(r, RECEIVE_MAX);
	running_preserve(r, "holdfast-232");
	running_prepare();
	receive_watch(r, RECEIVE_MAX);
	watch_start();
	traffic_start(RATE);
	mark(MARK_USER);
	sleep(BEFORE);
	CHECK(receive_count(r, RECEIVE_MAX) > BEFORE * RATE / 2,
	      "only %u packets came", receive_count(r, RECEIVE_MAX));
	running_go();
}

static void wait_packets(struct running *r, unsigned int n)
{
	double end = now() + 30;

	while (receive_count(r, RECEIVE_MAX) < n) {
		CHECK(now() < end, "%u packets after %u s, %u expected",
		      receive_count(r, RECEIVE_MAX), 30, n);
		usleep(100000);
	}
}

static void second(void)
{
	struct running *r = &running[0];
	unsigned int n;

	running_recall();
	running_retrieve(r);
	n = receive_count(r, RECEIVE_MAX);
	say("packets: %u when the receiver is back", n);
	running_check_config(r);
	running_finish();
	wait_packets(r, (n + RATE > SECONDS * RATE) ? n + RATE :
		     SECONDS * RATE);
	mark(MARK_USER);
	traffic_stop();
	receive_check(r, RECEIVE_MAX, "in all");
	receive_stop(r);
	running_close(r);
	kho_count("after");
}

#define LIMIT	0.5

static void judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "packets");

	judge_running(ev);
	expect_all_received(ev, 2, "in all");
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER),
		    SECONDS * RATE / 2, LIMIT);
	note_gaps(ev, &a, 1, MARK_USER, MARK_USER);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&a);
}

#define E1000E_RUNNING(mode, suffix, how, ...)			\
SCENARIO(e1000e_running_##mode) = {					\
	.name = "232-e1000e-running" suffix,				\
	.proves = "no packet is lost through a kexec" how,		\
	.devices = STRINGS(ONE(E1000E_FED, 1), ##__VA_ARGS__),		\
	.shared_memory = 1,						\
	.time_limit = 120,						\
	.stage = { first, second },					\
	.judge = judge,							\
}

E1000E_RUNNING(legacy, "", "");
E1000E_RUNNING(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
E1000E_RUNNING(first_level, "-first-level", " (first-level tables)",
	      IOMMU_FIRST_LEVEL);
