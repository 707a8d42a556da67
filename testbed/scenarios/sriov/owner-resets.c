// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The owner of a physical function, who may reset it at any time, does not end the
 * virtual function of another owner who counts on it in a Live Update: neither in the
 * kernel that preserves it nor in the next.
 */
#include <errno.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "vf.h"
#include "vfio.h"

#define PF_BDF	"01:00.0"
#define VF_BDF	"01:10.0"

#define RESETS	(MARK_USER + 1)
#define DONE	(MARK_USER + 2)

static const char parent[] = "holdfast-resets-pf";

enum { VF, PF };

static void reset_all_ways(struct running *pf)
{
	mark(RESETS);
	CHECK_ERR(vfio_reset(pf->owner.dev), EBUSY);
	/* It does not own the virtual function, either */
	CHECK_ERR(vfio_hot_reset(pf->owner.dev), EINVAL);
	/* What it writes to config space has no way to fail */
	CHECK_OK(vfio_flr(pf->owner.dev));
	CHECK_ERR(pci_attr_write(pci_parent(pf->owner.bdf), "reset_subordinate",
				 "1"), EBUSY);
	mark(DONE);
	CHECK(pci_attr_is(pf->owner.bdf, "sriov_numvfs", "2"),
	      "sriov_numvfs changed");
}

static void first(void)
{
	struct running *r = running;

	vf_open_pf(&r[PF], VF_COUNT);
	vf_start(&r[VF], r[PF].owner.bar, 0);
	running_preserve(&r[VF], VF_SESSION);
	running_preserve(&r[PF], parent);
	reset_all_ways(&r[PF]);
	running_check_config(&r[VF]);
	vf_feed(&r[VF], VF_RATE);
	running_go();
}

static void second(void)
{
	struct running *r = running;

	running_recall();
	vf_bind_pf("vfio-pci");
	running_retrieve(&r[PF]);
	reset_all_ways(&r[PF]);
	running_retrieve(&r[VF]);
	reset_all_ways(&r[PF]);
	running_finish_session(VF_SESSION);
	running_finish_session(parent);
	vf_feed_end();
	receive_check(&r[VF], VF_RING, "in all");
	receive_stop(&r[VF]);
	running_close(&r[VF]);
	running_close(&r[PF]);
}

static void judge_resets(struct evidence *ev, struct span s)
{
	expect_vfs(ev, s);
	expect_resets(ev, s, PF_BDF, NULL, 0);
	expect_resets(ev, s, VF_BDF, NULL, 0);
}

static void judge(struct evidence *ev)
{
	judge_resets(ev, span_markers(ev, 1, RESETS, 1, DONE));
	judge_resets(ev, span_markers(ev, 1, MARK_REBOOT, 2, MARK_FINISHED));
	expect_packets(ev, 2 * VF_RATE, PACKET_GAP);
}

SCENARIO(vf_owner_resets) = {
	.name = "sriov/owner-resets",
	.proves = "the owner of a physical function cannot reset it under a virtual one",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED },
	.log_allow = SRIOV_UNBIND_LOG,
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, second },
	.judge = judge,
};
