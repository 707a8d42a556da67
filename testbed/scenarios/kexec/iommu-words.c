// SPDX-License-Identifier: GPL-2.0-or-later
/* The new kernel uses the IOMMU in another way than the old one */
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-iommu-words", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-iommu-words", pci_find(ID_EDU, 0));
	update_go();
}

static void judge_pt(struct evidence *ev)
{
	judge_updates(ev);
	if (!log_count(ev, 2, "iommu: Default domain type: Passthrough"))
		complain(ev, "log: kernel 2 does not use identity mappings");
}

static void judge_scalable(struct evidence *ev)
{
	judge_updates(ev);
	if (log_count(ev, 1, "DMAR: Enable scalable mode if hardware"))
		complain(ev, "log: kernel 1 uses scalable mode, too");
	if (!log_count(ev, 2, "DMAR: Enable scalable mode if hardware"))
		complain(ev, "log: kernel 2 does not use scalable mode");
}

SCENARIO(iommu_passthrough) = {
	.name = "kexec/iommu-passthrough",
	.proves = "a new kernel with iommu=pt takes devices over",
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),
	.cmdline = { "", "iommu=pt" },
	.stage = { first, update_take_back },
	.judge = judge_pt,
};

SCENARIO(iommu_scalable) = {
	.name = "kexec/iommu-scalable",
	.proves = "a new kernel with intel_iommu=sm_on takes devices over",
	.devices = STRINGS("-global", "intel-iommu.x-scalable-mode=on",
			   ONE(E1000E, 1), ONE(EDU, 2)),
	.cmdline = { "", "intel_iommu=sm_on" },
	.stage = { first, update_take_back },
	.judge = judge_scalable,
};
