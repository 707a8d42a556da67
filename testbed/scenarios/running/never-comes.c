// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An owner that never comes back: its session is discarded. Its devices are
 * stopped and reset, one with a driver and one without, and that of the other
 * owner does not notice, be it back already or not.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "hda.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "receive.h"
#include "scenario.h"
#include "watch.h"

#define RATE	1000
#define RING	32760
#define SIZE	(64 << 10)
#define SOUND	"02:00.0"
#define IDLE	"03:00.0"

static const char here[] = "holdfast-never-comes-here", gone[] = "holdfast-never-comes-gone";

#define DISCARD		MARK_USER
#define DISCARDED	(MARK_USER + 1)

/* The boot takes longer than what a busy host may hold up QEMU */
#define LIMIT	1

static void first(void)
{
	struct running *r = running;

	running_open(&r[0], pci_find(ID_E1000E, 0), receive_memory(RING));
	kho_count("before");
	receive_start(&r[0], RING);
	running_preserve(&r[0], here);
	running_open(&r[1], pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(&r[1]);
	hda_check(&r[1]);
	running_preserve(&r[1], gone);
	running_open(&r[2], pci_find(ID_EDU, 0), SIZE);
	running_preserve(&r[2], gone);
	running_prepare();
	receive_watch(&r[0], RING);
	hda_watch(&r[1]);
	watch_start();
	mark(MARK_USER);
	traffic_start(RATE, RECEIVE_PLACES(RING));
	sleep(1);
	running_go();
}

static void check_usable(const char *id)
{
	struct owner o;

	owner_open(&o, pci_find(id, 0));
	owner_check(&o);
	owner_close(&o);
}

static void discard(struct running *r)
{
	pci_bind(r[1].owner.bdf, "vfio-pci");
	running_find_session(&r[1]);
	mark(DISCARD);
	CHECK_ERR(luo_finish(r[1].session_fd), EBUSY);
	CHECK_OK(luo_discard(r[1].session_fd));
	mark(DISCARDED);
	close(r[1].session_fd);
	for (int i = 1; i < 3; i++) {
		CHECK(pci_attr_is(r[i].owner.bdf, "liveupdate/running", "0"),
		      "%s: is said to run on", r[i].owner.bdf);
		pci_check_state(r[i].owner.bdf, "none");
	}
	check_usable(ID_HDA);
	check_usable(ID_EDU);
}

static void take_back(struct running *r)
{
	running_retrieve(r);
	running_check_config(r);
}

static void go_on(struct running *r)
{
	unsigned int n;

	running_finish_session(here);
	mark(MARK_FINISHED);
	n = receive_count(r, RING);
	sleep(1);
	CHECK(receive_count(r, RING) > n, "no packet comes any more");
	traffic_stop();
	receive_check(r, RING, "in all");
	receive_stop(r);
	running_close(r);
	kho_count("after");
}

static void discard_first(void)
{
	running_recall();
	discard(running);
	take_back(&running[0]);
	go_on(&running[0]);
}

static void discard_between(void)
{
	running_recall();
	take_back(&running[0]);
	discard(running);
	go_on(&running[0]);
}

/*
 * Its memory is somebody else's at once. What the IOMMU would block if the
 * device were still at work is seen as a fault.
 */
static void judge_gone(struct evidence *ev, const struct arrivals *sound)
{
	struct span before = span_markers(ev, 1, MARK_REBOOT, 2, DISCARD);
	struct span at = span_markers(ev, 2, DISCARD, 2, DISCARDED);

	expect_resets(ev, before, SOUND, NULL, 0);
	expect_resets(ev, before, IDLE, NULL, 0);
	expect_resets(ev, at, SOUND, "ich9-intel-hda", 1);
	expect_resets(ev, at, IDLE, "edu", 1);
	expect_flow(ev, sound, before, 50, LIMIT);
}

static void judge(struct evidence *ev)
{
	struct arrivals packets = arrivals_load(ev, "packets");
	struct arrivals sound = arrivals_load(ev, "hda");

	judge_running_device(ev, 1, "01:00.0", MARK_FINISHED);
	expect_translation(ev, span_markers(ev, 1, MARK_REBOOT, 2,
					    MARK_FINISHED));
	expect_no_faults(ev, NULL);
	expect_all_received(ev, 2, "in all");
	expect_flow(ev, &packets, span_markers(ev, 1, MARK_USER, 2,
					       MARK_FINISHED), 2000, LIMIT);
	judge_gone(ev, &sound);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&packets);
	arrivals_free(&sound);
}

#define NEVER_COMES(sym, suffix, how, next)				\
SCENARIO(never_comes_##sym) = {						\
	.name = "running/never-comes" suffix,				\
	.proves = "a session that is discarded harms no other one" how,	\
	.devices = STRINGS(ONE(E1000E_FED, 1), ONE(HDA, 2), ONE(EDU, 3)), \
	.shared_memory = 1,						\
	.leaks = 1,							\
	.stage = { first, next },					\
	.judge = judge,							\
}

NEVER_COMES(before, "", "", discard_first);
NEVER_COMES(between, "-between", " whose owner is back", discard_between);
