// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads that one doorbell gave to a virtual function of an nvme complete while the
 * kernels change. The owner of the physical function keeps its controller enabled, as
 * the virtual functions would go offline with it.
 */
#include <unistd.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "queue.h"
#include "scenario.h"
#include "vf.h"
#include "watch.h"

#define READS	600	/* 50 a second: 12 s */

static const char parent[] = "holdfast-nvme-pf", child[] = "holdfast-nvme-vf";

enum { VF, PF };

static void first(void)
{
	struct running *r = running;

	vf_open_nvme(&r[PF], 1);
	running_open(&r[VF], pci_find(ID_NVME, 1), QUEUE_MEMORY);
	queue_open(&r[VF]);
	running_preserve(&r[VF], child);
	running_preserve(&r[PF], parent);
	running_prepare();
	queue_watch(&r[VF], READS);
	watch_start();
	mark(MARK_USER);
	queue_start(&r[VF], READS);
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

#define LIMIT	0.5

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_reads(ev, READS, LIMIT);
}

SCENARIO(vf_nvme) = {
	.name = "sriov/nvme",
	.proves = "reads queued in a virtual function complete through a kexec",
	.devices = STRINGS(ROOT_PORT(1), NVME_50_VFS("rp1")),
	.cmdline = { "vfio-pci.enable_sriov=1", "vfio-pci.enable_sriov=1" },
	.shared_memory = 1,
	.disk = 1,
	.stage = { first, second },
	.judge = judge,
};
