// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two virtual functions of one igb, in sessions of two owners, below pci-pf-stub. One
 * owner never comes: its session is discarded, and the other function receives on.
 */
#include "continuity.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "vf.h"

#define STUB	"pci-pf-stub"

/* Addresses of the functions: First VF Offset 0x80, VF Stride 2 */
#define GONE	"01:10.2"

static const char here[] = "holdfast-vf-here", gone[] = "holdfast-vf-gone";

static void first(void)
{
	volatile char *bar = vf_start_pf(pci_find(ID_IGB, 0), STUB);
	struct running *r = running;

	vf_start(&r[0], bar, 0);
	running_preserve(&r[0], here);
	vf_start(&r[1], bar, 1);
	running_preserve(&r[1], gone);
	vf_feed(&r[0], VF_RATE);
	running_go();
}

static void second(void)
{
	struct running *r = running;
	char *pf = pci_find(ID_IGB, 0);

	running_recall();
	vf_bind_pf(STUB);
	running_find_session(&r[1]);
	CHECK_OK(luo_discard(r[1].session_fd));
	pci_check_state(r[1].owner.bdf, "none");
	pci_check_state(pf, "incoming");
	running_retrieve(&r[0]);
	running_check_config(&r[0]);
	running_finish_session(here);
	pci_check_state(pf, "none");
	vf_feed_end();
	receive_check(&r[0], VF_RING, "in all");
	receive_stop(&r[0]);
	running_close(&r[0]);
}

static void judge(struct evidence *ev)
{
	judge_running_states(ev, GONE);
	expect_no_faults(ev, GONE);
	expect_packets(ev, 2 * VF_RATE, PACKET_GAP);
}

SCENARIO(vf_owners) = {
	.name = "sriov/owners",
	.proves = "owners of virtual functions do not depend on each other, nor on one of the physical function",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, second },
	.judge = judge,
};
