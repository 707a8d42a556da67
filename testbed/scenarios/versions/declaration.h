/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an image declares: see include/linux/kho/abi/image.h */
#ifndef TESTBED_SCENARIOS_DECLARATION_H
#define TESTBED_SCENARIOS_DECLARATION_H

#include <stddef.h>

/* Offsets in struct liveupdate_image_ser */
enum { MAGIC = 0, SIZE = 4, OPTIONS = 8, LUO = 12, PCI = 16, IOMMU = 20,
       IOMMUFD = 24, VFIO_PCI = 28, VTD_IRQS = 32, PCI_OLDEST = 36 };

#define INTEL_IOMMU_ON		0x2u
#define INTEL_IOMMU_SM_ON	0x4u

/* An image with another declaration, and why it is refused */
struct declaration {
	size_t at;
	unsigned int value;
	const char *words;	/* at the end of its command line */
	const char *reason;
};

#endif
