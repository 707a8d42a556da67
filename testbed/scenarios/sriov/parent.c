// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The owner of a physical function keeps it running, in a session of its own, and
 * drives it for the virtual function of another owner. The latter is back first.
 */
#include <errno.h>

#include "continuity.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "vf.h"
#include "vfio.h"

static const char parent[] = "holdfast-pf", child[] = "holdfast-vf";

enum { VF, PF };

static void open_both(void)
{
	struct running *r = running;

	vf_open_pf(&r[PF], VF_COUNT);
	vf_start(&r[VF], r[PF].owner.bar, 0);
	running_preserve(&r[VF], child);
}

static void first(void)
{
	struct running *r = running;

	open_both();
	CHECK_ERR(vfio_reset(r[PF].owner.dev), EBUSY);
	/* It would be stopped under its owner, and the virtual function with it */
	kexec_prepare(NULL);
	CHECK_ERR(kexec_reboot_quietly(), EINVAL);
	running_preserve(&r[PF], parent);
	vf_feed(&r[VF], VF_RATE);
	running_go();
}

static void second(void)
{
	struct running *r = running;
	unsigned int n;

	running_recall();
	vf_bind_pf("vfio-pci");
	running_retrieve(&r[VF]);
	running_check_config(&r[VF]);
	running_finish_session(child);
	n = receive_count(&r[VF], VF_RING);
	running_retrieve(&r[PF]);
	running_check_config(&r[PF]);
	running_finish_session(parent);
	vf_feed_end();
	CHECK(receive_count(&r[VF], VF_RING) > n, "no packet comes any more");
	receive_check(&r[VF], VF_RING, "in all");
	guard_check(&r[PF], 0, VF_PF_MEMORY);
	receive_stop(&r[VF]);
	running_close(&r[VF]);
	running_close(&r[PF]);
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_packets(ev, 2 * VF_RATE, PACKET_GAP);
}

SCENARIO(vf_parent) = {
	.name = "sriov/parent",
	.proves = "a physical function and a virtual one of two owners both keep running",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED },
	.log_allow = SRIOV_UNBIND_LOG,
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, second },
	.judge = judge,
};
