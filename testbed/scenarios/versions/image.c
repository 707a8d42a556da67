// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Next kernels whose image declares something else than a running device needs.
 * They are copies of the next kernel with another declaration.
 */
#include <stdlib.h>
#include <string.h>

#include "running/outlive.h"
#include "declaration.h"

/* What the image declares that was not changed */
#define PLAIN	(INTEL_IOMMU_ON | INTEL_IOMMU_SM_ON)

static const struct declaration images[] = {
	{ MAGIC, 0, "",
	  "it does not declare its live update formats" },
	{ SIZE, ~0u, "",
	  "it does not declare its live update formats" },
	{ SIZE, 41, "",
	  "it does not declare its live update formats" },
	{ LUO, 0, "",
	  "it was built without LIVEUPDATE" },
	{ LUO, 99, "",
	  "it reads another format of the LUO state" },
	{ PCI, 0, "",
	  "it was built without PCI_LIVEUPDATE" },
	{ PCI, 1, "",
	  "it reads another format of the PCI state" },
	{ PCI_OLDEST, 3, "",
	  "it reads another format of the PCI state" },
	{ IOMMU, 0, "",
	  "it was built without IOMMU_LIVEUPDATE" },
	{ IOMMU, 99, "",
	  "it reads another format of the IOMMU state" },
	{ IOMMUFD, 0, "",
	  "it was built without IOMMUFD_LIVEUPDATE" },
	{ IOMMUFD, 99, "",
	  "it reads another format of the iommufd state" },
	{ VFIO_PCI, 0, "",
	  "it was built without VFIO_PCI_LIVEUPDATE" },
	{ VFIO_PCI, 99, "",
	  "it reads another format of the vfio-pci state" },
	{ VTD_IRQS, 0, "",
	  "it was built without INTEL_IOMMU or IRQ_REMAP" },
	{ VTD_IRQS, 99, "",
	  "it reads another format of the interrupt remapping state" },
	{ OPTIONS, PLAIN, "intel_iommu=off", "intel_iommu=off is its default" },
	{ OPTIONS, INTEL_IOMMU_ON, "", "intel_iommu=sm_off is its default" },
	{ OPTIONS, PLAIN, "intel_iommu=on,sm_off",
	  "intel_iommu=sm_off is its default" },
	{ OPTIONS, PLAIN, "intremap=off", "it does not remap interrupts" },
	{ OPTIONS, PLAIN, "intremap=on nointremap",
	  "it does not remap interrupts" },
	{ OPTIONS, PLAIN, "nox2apic", "nox2apic is on its command line" },
};

static void first(void)
{
	struct running *r = outlive_start();

	running_preserve(r, "holdfast-image");
	for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
		kexec_prepare_declared(images[i].at, images[i].value,
				       images[i].words);
		outlive_refused(r, kexec_reboot(), ENOEXEC);
	}
	running_prepare();
	/* The command line may bring what the defaults lack */
	kexec_prepare_declared(OPTIONS, 0, "intel_iommu=sm_on");
	running_go();
}

static void judge(struct evidence *ev)
{
	outlive_judge(ev);
	for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
		size_t n = 0, same = 0;
		char *line = text("take over the preserved files: %s",
				  images[i].reason);

		for (size_t j = 0; j < ARRAY_SIZE(images); j++)
			same += !strcmp(images[j].reason, images[i].reason);
		n = log_count(ev, 1, line);
		if (n != same)
			complain(ev, "log: '%s' %zu times instead of %zu",
				 line, n, same);
		free(line);
	}
}

SCENARIO(image) = {
	.name = "versions/image",
	.proves = "an image that declares another format, a missing option or nothing is refused while DMA continues",
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.stage = { first, outlive_take_back },
	.judge = judge,
	.time_limit = 240,
};
