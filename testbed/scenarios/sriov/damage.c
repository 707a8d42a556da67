// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries of SR-IOV that are damaged, in each way that can be noticed */
#include "versions/version.h"
#include "vf.h"

static void first(void)
{
	vf_start_pf(pci_find(ID_IGB, 0), "pci-pf-stub");
	update_preserve("holdfast-vf-damage", pci_find(ID_IGB_VF, 0));
	update_go();
}

#define DAMAGED	"0000:01:00.0: damaged entry "

#define SRIOV_DAMAGED(word, how, reason)				\
static void word##_judge(struct evidence *ev)				\
{									\
	version_judge(ev, reason);					\
}									\
									\
SCENARIO(vf_damaged_##word) = {						\
	.name = "sriov/damage-" #word,					\
	.proves = "an SR-IOV entry with " how " stops the boot",	\
	.variants = "prod",						\
	.kernels = { "mirror", NULL },					\
	.cmdline = { "mirror=sriov-" #word },				\
	.devices = STRINGS(ONE(IGB, 1)),				\
	.stage = { first, version_never },				\
	.judge = word##_judge,						\
	.expect = OUTCOME_NO_VERDICT,					\
	.expect_text = CANNOT_READ,					\
}

SRIOV_DAMAGED(max, "more functions than the driver allows", DAMAGED);
SRIOV_DAMAGED(bus, "functions beyond the last bus", DAMAGED);
SRIOV_DAMAGED(size, "a BAR of no possible size", DAMAGED);
SRIOV_DAMAGED(options, "unknown options", DAMAGED);
SRIOV_DAMAGED(reserved, "a reserved field that is not zero", DAMAGED);
SRIOV_DAMAGED(flags, "unknown flags", DAMAGED);
SRIOV_DAMAGED(offset, "an offset at which no preserved function is",
	      "physical and virtual functions do not add up$");
SRIOV_DAMAGED(device, "no device to it",
	      "physical and virtual functions do not add up$");
