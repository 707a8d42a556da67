/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Endless DMA that goes on through whatever is done to the session it is in.
 * Before MARK_USER in the first kernel and after it in the second one it may
 * stop.
 */
#ifndef TESTBED_SCENARIOS_OUTLIVE_H
#define TESTBED_SCENARIOS_OUTLIVE_H

#include <errno.h>
#include <unistd.h>

#include "continuity.h"
#include "hda.h"
#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "timeline.h"
#include "vfio.h"
#include "watch.h"

/* A position each 10 ms or so; what QEMU holds up itself is far below this */
#define OUTLIVE_LIMIT	0.5

static inline struct running *outlive_start(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(r);
	hda_check(r);
	hda_watch(r);
	watch_start();
	mark(MARK_USER);
	return r;
}

/* Preserved, which it stays through all that is refused; DMA goes on */
static inline void outlive_refused(struct running *r, int ret, int error)
{
	CHECK(ret == -error, "reboot: %s instead of %s", err_name(ret),
	      err_name(error));
	pci_check_state(r->owner.bdf, "preserved");
	CHECK(pci_attr_is(r->owner.bdf, "liveupdate/running", "1"),
	      "%s: liveupdate/running is not 1", r->owner.bdf);
	CHECK_ERR(iommufd_unmap(r->owner.iommufd, r->owner.ioas, OWNER_IOVA,
				r->size), EBUSY);
	hda_check(r);
}

/* The owner of the only device: all is back, and like any other afterwards */
static inline void outlive_take_back(void)
{
	struct running *r = &running[0];

	running_recall();
	running_retrieve(r);
	hda_check(r);
	running_check_config(r);
	running_finish();
	hda_check(r);
	mark(MARK_USER);
	hda_stop(r);
	running_close(r);
}

static inline void outlive_judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "hda");
	struct flow f;

	judge_running(ev);
	f = expect_flow(ev, &a,
			span_markers(ev, 1, MARK_USER, 2, MARK_USER), 100,
			OUTLIVE_LIMIT);
	remark(ev, "hda: %zu DMAs, largest gap %.1f ms", f.n,
	       f.largest_gap * 1e3);
	arrivals_free(&a);
}

#endif
