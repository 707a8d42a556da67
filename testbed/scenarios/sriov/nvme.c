// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads that one doorbell gave to a virtual function of an nvme complete while the
 * kernels change. The owner of the physical function keeps its controller enabled, as
 * the virtual functions would go offline with it.
 */
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "scenario.h"
#include "sriov.h"

static const char parent[] = "holdfast-nvme-pf", child[] = "holdfast-nvme-vf";

enum { VF, PF };

static void first(void)
{
	struct running *r = running;

	reads_start(&r[PF], parent, &r[VF], child);
	usleep(500000);
	CHECK(queue_count(&r[VF], READS) &&
	      queue_count(&r[VF], READS) < READS / 2,
	      "%u reads are complete already", queue_count(&r[VF], READS));
	running_go();
}

static void second(void)
{
	struct running *r = running;

	running_recall();
	pci_bind(r[PF].owner.bdf, "vfio-pci");
	running_retrieve(&r[VF]);
	say("reads: %u complete when the owner is back",
	    queue_count(&r[VF], READS));
	running_check_config(&r[VF]);
	running_retrieve(&r[PF]);
	running_check_config(&r[PF]);
	running_finish();
	queue_check(&r[VF], READS);
	mark(MARK_USER);
	queue_stop(&r[VF]);
	running_close(&r[VF]);
	running_close(&r[PF]);
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_reads(ev, READS, READ_GAP);
}

SCENARIO(vf_nvme) = {
	.name = "sriov/nvme",
	.proves = "reads queued in a virtual function complete through a kexec",
	.devices = STRINGS(ROOT_PORT(1), NVME_50_VFS("rp1")),
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED },
	.shared_memory = 1,
	.disk = 1,
	.stage = { first, second },
	.judge = judge,
};
