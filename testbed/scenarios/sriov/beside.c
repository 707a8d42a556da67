// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual function that is not preserved, beside one that is. It is there in the next
 * kernel, as VF Enable is for all of them: cut off from memory, without a driver, and
 * usable once somebody binds one.
 */
#include <linux/pci_regs.h>
#include <unistd.h>

#include "continuity.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "queue.h"
#include "scenario.h"
#include "sriov.h"
#include "vf.h"
#include "vfio.h"

#define VF_READS	300	/* 50 a second */
#define BESIDE_READS	10
#define TOKEN		1000	/* of the memory of the one beside */
#define BESIDE		"01:00.2"

/* Bus mastering, and whether anything came of it */
#define GIVEN		MARK_USER
#define LOOKED_AT	(MARK_USER + 1)

enum { VF, PF };

static struct running beside;

static void first(void)
{
	struct running *r = running;

	vf_open_nvme(&r[PF], 2);
	running_open(&r[VF], pci_find(ID_NVME, 1), QUEUE_MEMORY);
	queue_open(&r[VF]);
	running_open(&beside, pci_find(ID_NVME, 2), QUEUE_MEMORY);
	queue_open(&beside);
	queue_start(&beside, BESIDE_READS);
	queue_check(&beside, BESIDE_READS);
	running_session(&r[VF], VF_SESSION);
	/* So that nobody else gets it and it can be looked at */
	CHECK_OK(luo_preserve(r[VF].session_fd, beside.owner.memfd, TOKEN));
	running_preserve(&r[VF], VF_SESSION);
	running_preserve(&r[PF], "holdfast-beside-pf");
	running_prepare();
	queue_start(&r[VF], VF_READS);
	running_go();
}

/* Poke registers that nobody guards; its memory shows which reads landed */
static void check_cut_off(const char *bdf)
{
	char *driver = pci_driver(bdf);

	CHECK(!*driver, "%s: %s was bound to it", bdf, driver);
	pci_check_state(bdf, "none");
	mark(GIVEN);
	pci_write(bdf, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	queue_poke(pci_map(bdf));
	usleep(200000);
	mark(LOOKED_AT);
	queue_check(&beside, BESIDE_READS);
}

static void check_usable(void)
{
	struct running other;

	running_open(&other, pci_find(ID_NVME, 2), QUEUE_MEMORY);
	queue_open(&other);
	queue_start(&other, 10);
	queue_check(&other, 10);
	queue_stop(&other);
	running_close(&other);
}

static void second(void)
{
	struct running *r = running;

	running_recall();
	running_find_session(&r[VF]);
	beside.owner.memfd = CHECK_OK(luo_retrieve(r[VF].session_fd, TOKEN));
	beside.owner.mem = memfd_map(beside.owner.memfd, QUEUE_MEMORY);
	beside.size = QUEUE_MEMORY;
	check_cut_off(pci_find(ID_NVME, 2));
	pci_bind(r[PF].owner.bdf, "vfio-pci");
	running_retrieve(&r[VF]);
	running_retrieve(&r[PF]);
	running_check_config(&r[VF]);
	queue_check(&r[VF], VF_READS);
	running_finish();
	queue_stop(&r[VF]);
	vfio_recall_token();
	check_usable();
	running_close(&r[VF]);
	running_close(&r[PF]);
}

static void judge(struct evidence *ev)
{
	struct arrivals blocked = faults_of(ev, BESIDE);

	judge_running_states(ev, NULL);
	expect_no_faults(ev, BESIDE);
	expect_flow(ev, &blocked, span_markers(ev, 2, GIVEN, 2, LOOKED_AT), 1, 0);
	arrivals_free(&blocked);
}

SCENARIO(vf_beside) = {
	.name = "sriov/beside",
	.proves = "a virtual function that is not preserved is cut off, left without a driver, and usable",
	.devices = STRINGS(ROOT_PORT(1), NVME_50_VFS("rp1")),
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED },
	.shared_memory = 1,
	.disk = 1,
	.stage = { first, second },
	.judge = judge,
	.log_allow = STRINGS("DMAR: DRHD: handling fault status",
			     "DMAR: \\[DMA .*Request device \\[0000:01:00.2\\]"),
};

SCENARIO(vf_probe) = {
	.name = "sriov/beside-negative",
	.proves = "mirror: a driver that takes a virtual function that nobody preserved is seen",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.cmdline = { SRIOV_ALLOWED,
		     SRIOV_ALLOWED " mirror=vf-probe" },
	.devices = STRINGS(ROOT_PORT(1), NVME_50_VFS("rp1")),
	.shared_memory = 1,
	.disk = 1,
	.stage = { first, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "nvme was bound to it",
};
