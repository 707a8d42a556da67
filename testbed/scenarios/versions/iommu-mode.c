// SPDX-License-Identifier: GPL-2.0-or-later
/* The next kernel uses the IOMMU in another way than the tables are made for */
#include "versions/stops.h"

/* The old kernel does not go there by itself: see running/refused-images */
STOPS_IN("mirror", NULL, "prod", mode_legacy, "versions/mode-legacy",
      "a new kernel with sm_off stops on tables of scalable mode",
      "cannot take over the tables of the previous kernel: they are for scalable mode: keep intel_iommu=",
      "intel_iommu=sm_on mirror=any-words", "intel_iommu=sm_off",
	 IOMMU_SCALABLE);
STOPS_IN("mirror", NULL, "prod", mode_scalable, "versions/mode-scalable",
      "a new kernel with sm_on stops on tables of legacy mode",
      "cannot take over the tables of the previous kernel: they are for legacy mode: keep intel_iommu=",
      "intel_iommu=sm_off mirror=any-words", "intel_iommu=sm_on",
	 IOMMU_SCALABLE);

static void first(void)
{
	struct running *r = outlive_start();

	running_preserve(r, "holdfast-iommu-mode");
	running_prepare();
	running_go();
}

static void judge_identity(struct evidence *ev)
{
	outlive_judge(ev);
	if (!log_count(ev, 2, "iommu: Default domain type: Passthrough"))
		complain(ev, "log: kernel 2 does not use identity mappings");
}

SCENARIO(mode_identity) = {
	.name = "versions/mode-identity",
	.proves = "a new kernel with iommu=pt lets a device run on",
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.cmdline = { "", "iommu=pt" },
	.stage = { first, outlive_take_back },
	.judge = judge_identity,
};
