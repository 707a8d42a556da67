// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirrors: what the witnesses of virtual functions are there to see */
#include <linux/pci_regs.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "vf.h"

#define PF	"01:00.0"
#define VF	"01:10.0"

static void first(void)
{
	vf_start(&running[0], vf_start_pf(pci_find(ID_IGB, 0), "pci-pf-stub"), 0);
	running_preserve(&running[0], VF_SESSION);
	running_prepare();
	running_go();
}

/* Once nobody forbids it any more, and before the judge looks away */
static void write_sriov(unsigned int offset, unsigned int value)
{
	char *pf = pci_find(ID_IGB, 0);

	running_recall();
	vf_bind_pf("pci-pf-stub");
	running_retrieve(&running[0]);
	running_finish();
	pci_write(pf, pci_ext_cap(pf, PCI_EXT_CAP_ID_SRIOV) + offset, 2, value);
	mark(MARK_USER);
}

static void write_count(void)
{
	write_sriov(PCI_SRIOV_NUM_VF, VF_COUNT);
}

static void write_control(void)
{
	write_sriov(PCI_SRIOV_CTRL, 0);
}

static void write_nothing(void)
{
	running_recall();
	vf_bind_pf("pci-pf-stub");
	running_retrieve(&running[0]);
	running_finish();
	mark(MARK_USER);
}

static void judge(struct evidence *ev)
{
	judge_running_device(ev, 1, VF, MARK_USER);
}

SCENARIO(vf_count_written) = {
	.name = "negative/vf-count",
	.proves = "mirror: a write of the number of virtual functions is seen, even of the same",
	.devices = STRINGS(ONE(IGB, 1)),
	.shared_memory = 1,
	.stage = { first, write_count },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "running: " PF ": SR-IOV: 0x2 was written",
};

SCENARIO(vfs_disabled) = {
	.name = "negative/vf-enable",
	.proves = "mirror: virtual functions that are taken down are seen",
	.devices = STRINGS(ONE(IGB, 1)),
	.shared_memory = 1,
	.stage = { first, write_control },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "running: virtual functions were disabled",
};

SCENARIO(vf_pf_master) = {
	.name = "negative/pf-master",
	.proves = "mirror: a physical function that loses bus mastering is seen",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=pf-master" },
	.devices = STRINGS(ONE(IGB, 1)),
	.shared_memory = 1,
	.stage = { first, write_nothing },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "running: " PF ": command: ",
};

SCENARIO(vf_late) = {
	.name = "negative/vf-late",
	.proves = "mirror: virtual functions that are not added are missed",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.cmdline = { "", "mirror=vf-late" },
	.devices = STRINGS(ONE(IGB, 1)),
	.shared_memory = 1,
	.stage = { first, write_nothing },
	.expect = OUTCOME_GUEST,
	.expect_text = VF ": there is no function",
};
