/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: Live Update declaration of a kernel image
 *
 * A bzImage says which live update formats it reads, so that the kernel which
 * loads it can refuse a reboot that would end in a panic. The declaration is an
 * element of the variable length data of kernel_info, which the boot protocol has
 * since 2.15 and which is not compressed. Like all such elements it begins with a
 * magic and its size. Everything in it is little endian.
 *
 * New fields go to the end. A reader treats a field beyond the declared size as 0:
 * the image lacks that format or option.
 *
 * This header is included by assembly as well.
 */

#ifndef _LINUX_KHO_ABI_IMAGE_H
#define _LINUX_KHO_ABI_IMAGE_H

#include <linux/const.h>

/* Numbers of the formats; each header of a format asserts that it has this one */
#define LIVEUPDATE_IMAGE_LUO		5
#define LIVEUPDATE_IMAGE_PCI		3
#define LIVEUPDATE_IMAGE_IOMMU		3
#define LIVEUPDATE_IMAGE_IOMMUFD	2
#define LIVEUPDATE_IMAGE_VFIO_PCI	2
#define LIVEUPDATE_IMAGE_VTD_IRQS	1

/* Oldest format that a kernel reads beside its own */
#define LIVEUPDATE_IMAGE_PCI_OLDEST	2

/* FLB whose state has the PCI format */
#define LIVEUPDATE_IMAGE_PCI_FLB	"pci"

/* Options of struct liveupdate_image_ser */
/* CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT */
#define LIVEUPDATE_IMAGE_KHO_ON			_BITUL(0)
/* CONFIG_INTEL_IOMMU_DEFAULT_ON */
#define LIVEUPDATE_IMAGE_INTEL_IOMMU_ON		_BITUL(1)
/* CONFIG_INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON */
#define LIVEUPDATE_IMAGE_INTEL_IOMMU_SM_ON	_BITUL(2)

/* Those of the kernel that is being built */
#define LIVEUPDATE_IMAGE_OPTIONS					\
	(IS_ENABLED(CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT) *		\
	 LIVEUPDATE_IMAGE_KHO_ON +					\
	 IS_ENABLED(CONFIG_INTEL_IOMMU_DEFAULT_ON) *			\
	 LIVEUPDATE_IMAGE_INTEL_IOMMU_ON +				\
	 IS_ENABLED(CONFIG_INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON) *	\
	 LIVEUPDATE_IMAGE_INTEL_IOMMU_SM_ON)

#define LIVEUPDATE_IMAGE_MAGIC		"LvUp"

#ifndef __ASSEMBLER__

#include <linux/build_bug.h>
#include <linux/types.h>

/**
 * struct liveupdate_image_ser - What a kernel image can take over.
 * @magic:    %LIVEUPDATE_IMAGE_MAGIC, without a final NUL.
 * @size:     Size of this structure in the image, in bytes.
 * @options:  %LIVEUPDATE_IMAGE_KHO_ON and so on. Unknown ones are ignored.
 * @luo:      Format of the LUO state, the number in %LUO_ABI_COMPATIBLE.
 * @pci:      Newest format of the PCI core, 0 without CONFIG_PCI_LIVEUPDATE.
 * @iommu:    Format of the IOMMU core, 0 without CONFIG_IOMMU_LIVEUPDATE.
 * @iommufd:  Format of iommufd, 0 without CONFIG_IOMMUFD_LIVEUPDATE.
 * @vfio_pci: Format of vfio-pci, 0 without CONFIG_VFIO_PCI_LIVEUPDATE.
 * @vtd_irqs: Format of VT-d units that block interrupts, 0 without CONFIG_INTEL_IOMMU
 *            or CONFIG_IRQ_REMAP.
 * @pci_oldest: Oldest format of the PCI core, 0 if it reads only @pci.
 */
struct liveupdate_image_ser {
	u8 magic[4];
	u32 size;
	u32 options;
	u32 luo;
	u32 pci;
	u32 iommu;
	u32 iommufd;
	u32 vfio_pci;
	u32 vtd_irqs;
	u32 pci_oldest;
} __packed;

static_assert(sizeof(struct liveupdate_image_ser) == 40);

#endif /* __ASSEMBLER__ */

#endif /* _LINUX_KHO_ABI_IMAGE_H */
