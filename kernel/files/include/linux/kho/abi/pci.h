/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update ABI
 *
 * What the PCI core of one kernel hands over to the PCI core of the next. It
 * is carried by the File-Lifecycle-Bound (FLB) object
 * %PCI_LIVEUPDATE_FLB_COMPATIBLE, whose data is the physical address of a
 * &struct pci_liveupdate_ser.
 *
 * The FLB name never changes, only &pci_liveupdate_ser.version does. A kernel
 * that meets a version it does not know therefore still finds the object and
 * stops the boot, where a renamed object would look like a plain boot without
 * live update while devices are being handed over.
 *
 * Any change of a layout or of the meaning of a field increments
 * %PCI_LIVEUPDATE_VERSION. &pci_liveupdate_ser.version stays the first field
 * for ever.
 *
 * Versions:
 *
 * 1. Devices and bridges with their addresses.
 * 2. Which of them run on, and of these the sizes of BARs, the kinds of bridge
 *    windows and whether INTx Disable can be written.
 */

#ifndef _LINUX_KHO_ABI_PCI_H
#define _LINUX_KHO_ABI_PCI_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kho/abi/image.h>
#include <linux/types.h>

#define PCI_LIVEUPDATE_FLB_COMPATIBLE	LIVEUPDATE_IMAGE_PCI_FLB
#define PCI_LIVEUPDATE_VERSION		2

/* Flags of struct pci_liveupdate_dev_ser */
#define PCI_LIVEUPDATE_DEV_BRIDGE	BIT(0)
/* The rest is valid, and needed, if &pci_liveupdate_dev_ser.running is not 0 */
#define PCI_LIVEUPDATE_DEV_INTX_BROKEN	BIT(1)	/* INTx Disable is read-only */
#define PCI_LIVEUPDATE_DEV_IO_WINDOW	BIT(2)	/* Bridge forwards I/O space */
#define PCI_LIVEUPDATE_DEV_PREF_WINDOW	BIT(3)	/* ... prefetchable memory */
#define PCI_LIVEUPDATE_DEV_PREF_64_WINDOW BIT(4) /* ... also above 4 GiB */
#define PCI_LIVEUPDATE_DEV_BRIDGE_FLAGS					\
	(PCI_LIVEUPDATE_DEV_IO_WINDOW |					\
	 PCI_LIVEUPDATE_DEV_PREF_WINDOW |				\
	 PCI_LIVEUPDATE_DEV_PREF_64_WINDOW)
#define PCI_LIVEUPDATE_DEV_FLAGS					\
	(PCI_LIVEUPDATE_DEV_BRIDGE |					\
	 PCI_LIVEUPDATE_DEV_INTX_BROKEN |				\
	 PCI_LIVEUPDATE_DEV_BRIDGE_FLAGS)

/* Index of the expansion ROM in &pci_liveupdate_dev_ser.size */
#define PCI_LIVEUPDATE_ROM		6
#define PCI_LIVEUPDATE_NR_SIZES		7

/**
 * struct pci_liveupdate_dev_ser - One preserved device or bridge.
 * @domain:   PCI segment number.
 * @bdf:      Bus, device and function number.
 * @flags:    %PCI_LIVEUPDATE_DEV_BRIDGE for a bridge on the path of a preserved
 *            device.
 * @refcount: 1 for a preserved device, for a bridge the number of preserved
 *            devices below it. 0 marks a free slot, whose other fields mean
 *            nothing.
 * @running:  How many of @refcount run on through the kexec: must not be written to
 *            in a way that traffic in flight would notice.
 * @size:     If @running is not 0, size in bytes of each BAR and of the expansion
 *            ROM, 0 if there is none. A 64-bit BAR has its size in its first
 *            element. Address and type are in the registers.
 */
struct pci_liveupdate_dev_ser {
	u32 domain;
	u16 bdf;
	u16 flags;
	u32 refcount;
	u32 running;
	u64 size[PCI_LIVEUPDATE_NR_SIZES];
} __packed;

/**
 * struct pci_liveupdate_ser - Root of the PCI state.
 * @version:  %PCI_LIVEUPDATE_VERSION of the kernel that wrote it.
 * @reserved: Zero.
 * @devices:  Physical address of the first &struct kho_block_header_ser of
 *            &struct pci_liveupdate_dev_ser entries, 0 if there is none.
 */
struct pci_liveupdate_ser {
	u32 version;
	u32 reserved;
	u64 devices;
} __packed;

static_assert(sizeof(struct pci_liveupdate_dev_ser) == 72);
static_assert(sizeof(struct pci_liveupdate_ser) == 16);
static_assert(PCI_LIVEUPDATE_VERSION == LIVEUPDATE_IMAGE_PCI);

#endif /* _LINUX_KHO_ABI_PCI_H */
