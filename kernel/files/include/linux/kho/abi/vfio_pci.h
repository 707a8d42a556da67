/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: VFIO PCI Live Update ABI
 *
 * What vfio-pci of one kernel hands over to vfio-pci of the next for each
 * preserved device file. The data of a file whose handler is
 * %VFIO_PCI_LIVEUPDATE_COMPATIBLE is the physical address of a &struct
 * vfio_pci_device_ser.
 *
 * The handler name never changes; the content carries a version. The fields up
 * to and including @bdf keep their place and meaning in every version, so that
 * a kernel that cannot use the content can still tell which device it belongs
 * to, reset it and let it go.
 *
 * Any other change of a layout or of the meaning of a field increments
 * %VFIO_PCI_LIVEUPDATE_VERSION.
 */

#ifndef _LINUX_KHO_ABI_VFIO_PCI_H
#define _LINUX_KHO_ABI_VFIO_PCI_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#define VFIO_PCI_LIVEUPDATE_COMPATIBLE	"vfio-pci"
#define VFIO_PCI_LIVEUPDATE_VERSION	1

/* Flags of struct vfio_pci_device_ser */
#define VFIO_PCI_LIVEUPDATE_RESET_DONE	BIT(0)
#define VFIO_PCI_LIVEUPDATE_FLAGS	VFIO_PCI_LIVEUPDATE_RESET_DONE

/**
 * struct vfio_pci_device_ser - One preserved vfio-pci device file.
 * @version:  %VFIO_PCI_LIVEUPDATE_VERSION of the kernel that wrote it.
 * @size:     Size of the structure that kernel wrote, in bytes.
 * @domain:   PCI segment number of the device.
 * @bdf:      Bus, device and function number.
 * @vendor:   Vendor ID, so that another device in the same place is noticed.
 * @device:   Device ID.
 * @reserved: Zero.
 * @flags:    %VFIO_PCI_LIVEUPDATE_RESET_DONE, written while the old kernel shuts
 *            down, once it did reset the device.
 */
struct vfio_pci_device_ser {
	u32 version;
	u32 size;
	u32 domain;
	u16 bdf;
	u16 vendor;
	u16 device;
	u16 reserved;
	u32 flags;
} __packed;

static_assert(sizeof(struct vfio_pci_device_ser) == 24);

#endif /* _LINUX_KHO_ABI_VFIO_PCI_H */
