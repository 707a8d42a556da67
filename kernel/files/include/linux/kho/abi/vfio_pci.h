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
#include <linux/kho/abi/flags.h>
#include <linux/kho/abi/image.h>
#include <linux/kho/abi/pci_state.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define VFIO_PCI_LIVEUPDATE_COMPATIBLE	"vfio-pci"
#define VFIO_PCI_LIVEUPDATE_VERSION	2

/* Flags of struct vfio_pci_device_ser */
#define VFIO_PCI_LIVEUPDATE_RESET_DONE	BIT(0)
#define VFIO_PCI_LIVEUPDATE_RUNNING	BIT(1)
#define VFIO_PCI_LIVEUPDATE_VF_TOKEN	BIT(2)
#define VFIO_PCI_LIVEUPDATE_FLAGS	(VFIO_PCI_LIVEUPDATE_RESET_DONE | \
					 VFIO_PCI_LIVEUPDATE_RUNNING | \
					 VFIO_PCI_LIVEUPDATE_VF_TOKEN)

/* Flags of struct vfio_pci_state_ser */
#define VFIO_PCI_STATE_VIRQ_DISABLED	BIT(0)
#define VFIO_PCI_STATE_BARDIRTY		BIT(1)
#define VFIO_PCI_STATE_PCI_2_3		BIT(2)
#define VFIO_PCI_STATE_RESET_WORKS	BIT(3)
#define VFIO_PCI_STATE_NOINTX		BIT(4)
#define VFIO_PCI_STATE_PM_RESTORE	BIT(5)
#define VFIO_PCI_STATE_NEEDS_RESET	BIT(6)
#define VFIO_PCI_STATE_FLAGS		(BIT(7) - 1)

#define VFIO_PCI_STATE_CFG_SIZE		4096
#define VFIO_PCI_STATE_NR_RBARS		7

/**
 * struct vfio_pci_device_ser - One preserved vfio-pci device file.
 * @version:  %VFIO_PCI_LIVEUPDATE_VERSION of the kernel that wrote it.
 * @size:     Size of the structure that kernel wrote, in bytes. @vf_token is there
 *            only with %VFIO_PCI_LIVEUPDATE_VF_TOKEN.
 * @domain:   PCI segment number of the device.
 * @bdf:      Bus, device and function number.
 * @vendor:   Vendor ID, so that another device in the same place is noticed.
 * @device:   Device ID.
 * @reserved: Zero.
 * @flags:    %VFIO_PCI_LIVEUPDATE_RESET_DONE, written while the old kernel shuts
 *            down, once it did reset the device, or %VFIO_PCI_LIVEUPDATE_RUNNING:
 *            the device runs on, and a &struct vfio_pci_state_ser follows, or
 *            %VFIO_PCI_LIVEUPDATE_VF_TOKEN: for a virtual function whose physical one
 *            has vfio-pci, too. Kernels that do not know the last one read no PCI
 *            state with virtual functions either.
 * @hwpt_id:  ID of the HWPT through which a running device does DMA, else 0.
 * @state_size: How many bytes follow: 0 unless the device runs on.
 * @iommufd_token: Token in the session of the iommufd that @hwpt_id belongs to,
 *            else 0.
 * @vf_token: What one has to know to open the virtual function anew.
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
	u32 hwpt_id;
	u32 state_size;
	u64 iommufd_token;
	u8 vf_token[16];
} __packed;

/**
 * struct vfio_pci_state_ser - What vfio-pci knows of a device that runs on.
 * @flags:    %VFIO_PCI_STATE_VIRQ_DISABLED: the owner has disabled INTx;
 *            %VFIO_PCI_STATE_BARDIRTY: virtual BARs were written since they were
 *            last cut to size; %VFIO_PCI_STATE_PCI_2_3: INTx Disable and Interrupt
 *            Status work; %VFIO_PCI_STATE_RESET_WORKS: the device could be reset;
 *            %VFIO_PCI_STATE_NOINTX: its INTx is hidden, as it is broken;
 *            %VFIO_PCI_STATE_PM_RESTORE: D3hot resets it;
 *            %VFIO_PCI_STATE_NEEDS_RESET: it was not reset when last closed.
 * @cfg_size: Size of its configuration space, and how much of @vconfig counts.
 * @rbar:     The real BARs and expansion ROM address.
 * @msi_qmax: Largest number of MSI vectors the owner may enable, as its binary
 *            logarithm.
 * @reserved: Zero.
 * @vconfig:  Virtual configuration space.
 * @pci:      State of the device when it was opened, to go back to when it is
 *            closed. Its size is 0 if it could not be saved.
 */
struct vfio_pci_state_ser {
	u32 flags;
	u32 cfg_size;
	u32 rbar[VFIO_PCI_STATE_NR_RBARS];
	u8 msi_qmax;
	u8 reserved[3];
	u8 vconfig[VFIO_PCI_STATE_CFG_SIZE];
	struct pci_state_ser pci;
} __packed;

static_assert(offsetof(struct vfio_pci_device_ser, vf_token) == 40);
static_assert(sizeof(struct vfio_pci_device_ser) == 56);
static_assert(offsetof(struct vfio_pci_device_ser, flags) == 20);
static_assert(offsetof(struct vfio_pci_state_ser, vconfig) == 40);
static_assert(offsetof(struct vfio_pci_state_ser, pci) == 4136);
static_assert(VFIO_PCI_LIVEUPDATE_VERSION == LIVEUPDATE_IMAGE_VFIO_PCI);

#endif /* _LINUX_KHO_ABI_VFIO_PCI_H */
