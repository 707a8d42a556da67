// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All seven virtual functions of an igb, in sessions of three owners, and the physical
 * function in one of a fourth. They come back in another order than they left in; the
 * physical function is the last one.
 */
#include <stdlib.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "util.h"
#include "vf.h"

#define VFS	7
#define PF	VFS
#define RATE	(VF_RATE / 4)	/* to each of them */

static const char parent[] = "holdfast-seven-pf";
static const char *const sessions[] = {
	"holdfast-seven-a", "holdfast-seven-b", "holdfast-seven-c",
};

static const char *session_of(int vf)
{
	return sessions[vf < 3 ? 0 : vf < 5 ? 1 : 2];
}

/* In which they are retrieved, and the sessions finished */
static const int vf_order[VFS] = { 5, 0, 6, 2, 4, 1, 3 };
static const int session_order[] = { 2, 0, 1 };

static void first(void)
{
	struct running *r = running;

	vf_open_pf(&r[PF], VFS);
	for (int i = 0; i < VFS; i++) {
		vf_start(&r[i], r[PF].owner.bar, i);
		running_preserve(&r[i], session_of(i));
	}
	running_preserve(&r[PF], parent);
	vf_feed(&r[0], RATE);
	running_go();
}

static void check_received(struct running *r, int vf)
{
	char *when = vf ? text("by VF %d", vf) : text("in all");

	receive_check(r, VF_RING, when);
	receive_stop(r);
	free(when);
}

static void second(void)
{
	struct running *r = running;

	running_recall();
	CHECK_EQ(pci_count(ID_IGB_VF), VFS);
	pci_bind(r[PF].owner.bdf, "vfio-pci");
	for (int i = 0; i < VFS; i++) {
		running_retrieve(&r[vf_order[i]]);
		running_check_config(&r[vf_order[i]]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(session_order); i++)
		running_finish_session(sessions[session_order[i]]);
	running_retrieve(&r[PF]);
	running_check_config(&r[PF]);
	running_finish_session(parent);
	vf_feed_end();
	for (int i = 0; i < VFS; i++)
		check_received(&r[i], i);
	for (int i = 0; i < VFS; i++)
		running_close(&r[i]);
	running_close(&r[PF]);
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_packets(ev, 2 * RATE, PACKET_GAP);
	/* One of each other session; the guest looks at all of them */
	expect_all_received(ev, 2, "by VF 3");
	expect_all_received(ev, 2, "by VF 5");
}

SCENARIO(vf_seven) = {
	.name = "sriov/seven",
	.proves = "seven virtual functions of three owners and the physical one of a fourth keep running",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED },
	.log_allow = SRIOV_UNBIND_LOG,
	.shared_memory = 1,
	.time_limit = 180,
	.stage = { first, second },
	.judge = judge,
};
