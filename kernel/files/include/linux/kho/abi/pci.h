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
 * 3. Virtual functions, and physical functions with an SR-IOV entry each.
 *
 * A kernel writes version 2 while no virtual function is preserved, so that a host
 * without them can go back to a kernel that reads no more than that.
 */

#ifndef _LINUX_KHO_ABI_PCI_H
#define _LINUX_KHO_ABI_PCI_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kho/abi/flags.h>
#include <linux/kho/abi/image.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define PCI_LIVEUPDATE_FLB_COMPATIBLE	LIVEUPDATE_IMAGE_PCI_FLB
#define PCI_LIVEUPDATE_VERSION		3
#define PCI_LIVEUPDATE_VERSION_NO_VFS	2

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
/* Since version 3, valid whatever &pci_liveupdate_dev_ser.running is */
#define PCI_LIVEUPDATE_DEV_VF		BIT(5)	/* Virtual function */
#define PCI_LIVEUPDATE_DEV_PF		BIT(6)	/* Has preserved VFs */
#define PCI_LIVEUPDATE_DEV_OWN		BIT(7)	/* PF that is preserved itself */
#define PCI_LIVEUPDATE_DEV_SRIOV	BIT(8)	/* struct pci_liveupdate_sriov_ser */
#define PCI_LIVEUPDATE_DEV_VF_FLAGS					\
	(PCI_LIVEUPDATE_DEV_VF | PCI_LIVEUPDATE_DEV_PF |		\
	 PCI_LIVEUPDATE_DEV_OWN)
#define PCI_LIVEUPDATE_DEV_FLAGS					\
	(PCI_LIVEUPDATE_DEV_BRIDGE |					\
	 PCI_LIVEUPDATE_DEV_INTX_BROKEN |				\
	 PCI_LIVEUPDATE_DEV_BRIDGE_FLAGS |				\
	 PCI_LIVEUPDATE_DEV_VF_FLAGS)

/* Options of struct pci_liveupdate_sriov_ser */
#define PCI_LIVEUPDATE_SRIOV_AUTOPROBE	BIT(0)	/* sriov_drivers_autoprobe */
/* Optional: a kernel that ignores it waits for a driver of the PF */
#define PCI_LIVEUPDATE_SRIOV_DETACHED	BIT(6)	/* VFs do without one */
#define PCI_LIVEUPDATE_SRIOV_OPTIONS					\
	(PCI_LIVEUPDATE_SRIOV_AUTOPROBE | PCI_LIVEUPDATE_SRIOV_DETACHED)

/* Index of the expansion ROM in &pci_liveupdate_dev_ser.size */
#define PCI_LIVEUPDATE_ROM		6
#define PCI_LIVEUPDATE_NR_SIZES		7
#define PCI_LIVEUPDATE_NR_VF_SIZES	6

/**
 * struct pci_liveupdate_dev_ser - One preserved device or bridge.
 * @domain:   PCI segment number.
 * @bdf:      Bus, device and function number.
 * @flags:    %PCI_LIVEUPDATE_DEV_BRIDGE for a bridge on the path of a preserved
 *            device, %PCI_LIVEUPDATE_DEV_VF and so on.
 * @refcount: 1 for a preserved device; for a bridge the number of preserved
 *            devices below it, for a physical function that of its preserved
 *            virtual functions, and itself. 0 marks a free slot, whose other fields
 *            mean nothing.
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
 * struct pci_liveupdate_sriov_ser - SR-IOV of a physical function.
 * @domain:   PCI segment number.
 * @bdf:      Bus, device and function number.
 * @flags:    %PCI_LIVEUPDATE_DEV_SRIOV, which tells it from a
 *            &struct pci_liveupdate_dev_ser. Both have the same size.
 * @refcount: 1. 0 marks a free slot.
 * @num_vfs:  Virtual functions that are enabled.
 * @offset:   First VF Offset.
 * @stride:   VF Stride.
 * @max_vfs:  How many its driver allows.
 * @last_bus: Highest bus number that virtual functions could use.
 * @options:  %PCI_LIVEUPDATE_SRIOV_AUTOPROBE, %PCI_LIVEUPDATE_SRIOV_DETACHED.
 * @reserved: Zero.
 * @size:     Size in bytes of each VF BAR of one virtual function, 0 if there is none.
 *            A 64-bit BAR has its size in its first element.
 */
struct pci_liveupdate_sriov_ser {
	u32 domain;
	u16 bdf;
	u16 flags;
	u32 refcount;
	u16 num_vfs;
	u16 offset;
	u16 stride;
	u16 max_vfs;
	u8 last_bus;
	u8 options;
	u16 reserved;
	u64 size[PCI_LIVEUPDATE_NR_VF_SIZES];
} __packed;

/**
 * struct pci_liveupdate_ser - Root of the PCI state.
 * @version:  %PCI_LIVEUPDATE_VERSION of the kernel that wrote it, or
 *            %PCI_LIVEUPDATE_VERSION_NO_VFS.
 * @flags:    Zero, or optional flags.
 * @devices:  Physical address of the first &struct kho_block_header_ser of
 *            entries, 0 if there is none.
 */
struct pci_liveupdate_ser {
	u32 version;
	u32 flags;
	u64 devices;
} __packed;

static_assert(sizeof(struct pci_liveupdate_dev_ser) == 72);
static_assert(sizeof(struct pci_liveupdate_sriov_ser) ==
	      sizeof(struct pci_liveupdate_dev_ser));
static_assert(offsetof(struct pci_liveupdate_sriov_ser, refcount) ==
	      offsetof(struct pci_liveupdate_dev_ser, refcount));
static_assert(sizeof(struct pci_liveupdate_ser) == 16);
static_assert(PCI_LIVEUPDATE_VERSION == LIVEUPDATE_IMAGE_PCI);
static_assert(PCI_LIVEUPDATE_VERSION_NO_VFS == LIVEUPDATE_IMAGE_PCI_OLDEST);

#endif /* _LINUX_KHO_ABI_PCI_H */
