// SPDX-License-Identifier: GPL-2.0-or-later
/* Platforms that real machines have, and the plain one of the test bed has not */
#include "running/outlive.h"

/*
 * An IOMMU that never caches what is not present, so that nothing is flushed when
 * something is mapped: what hardware does. Emulated ones ask for the flush.
 */
#define HARDWARE "intel-iommu,intremap=on,caching-mode=off,aw-bits=48"

/* A second PCI hierarchy below a host bridge of its own */
#define SECOND_HIERARCHY						\
	"-device", "pxb-pcie,id=pxb,bus_nr=64,bus=pcie.0",		\
	"-device", "pcie-root-port,id=rp1,bus=pxb,chassis=1", HDA("rp1")

static void first(void)
{
	struct running *r = outlive_start();

	running_preserve(r, "holdfast-platform");
	running_prepare();
	running_go();
}

#define PLATFORM(sym, suffix, how, unit, ...)				\
SCENARIO(platform_##sym) = {						\
	.name = "platform/hardware" suffix,				\
	.proves = "a device keeps running " how,			\
	.iommu = unit,							\
	.devices = STRINGS(__VA_ARGS__),				\
	.shared_memory = 1,						\
	.stage = { first, outlive_take_back },				\
	.judge = outlive_judge,						\
}

PLATFORM(legacy, "", "behind an IOMMU without caching mode", HARDWARE,
	 ONE(HDA, 1));
PLATFORM(scalable, "-scalable",
	 "behind an IOMMU without caching mode, in scalable mode", HARDWARE,
	 ONE(HDA, 1), IOMMU_SCALABLE);
PLATFORM(first_level, "-first-level",
	 "behind an IOMMU without caching mode, with first-level tables",
	 HARDWARE, ONE(HDA, 1), IOMMU_FIRST_LEVEL);
PLATFORM(bridge, "-second-bridge", "below a second host bridge", NULL,
	 SECOND_HIERARCHY);
