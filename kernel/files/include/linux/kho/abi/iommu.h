/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: IOMMU Live Update ABI
 *
 * What the IOMMU subsystem of one kernel hands over to that of the next. It is
 * carried by the File-Lifecycle-Bound (FLB) object
 * %IOMMU_LIVEUPDATE_FLB_COMPATIBLE, whose data is the physical address of a
 * &struct iommu_liveupdate_ser.
 *
 * The FLB name never changes, only &iommu_liveupdate_ser.version does, so that a
 * kernel that meets a version it does not know still finds the object and stops
 * the boot while devices access memory. Any change of a layout or of the meaning of
 * a field increments %IOMMU_LIVEUPDATE_VERSION. &iommu_liveupdate_ser.version stays
 * the first field for ever.
 *
 * The tables themselves are handed over where they are, in the layout the
 * hardware gives them, with the software bits of the format in them. A &struct
 * iommu_pt_ser tells where they begin and how they are to be read. Their entries
 * are all there is: no list of the tables is kept besides.
 *
 * No field carries a number of the kernel that wrote it: the bits of
 * &iommu_pt_ser.features are those below, and say how entries are to be read and
 * made, not what a driver prefers to do. A level is the number of tables below a
 * table on the way to the smallest page. A change to the meaning of a software bit
 * of a format needs a new number of the format.
 */

#ifndef _LINUX_KHO_ABI_IOMMU_H
#define _LINUX_KHO_ABI_IOMMU_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kho/abi/flags.h>
#include <linux/kho/abi/image.h>
#include <linux/types.h>

#define IOMMU_LIVEUPDATE_FLB_COMPATIBLE	"iommu"
#define IOMMU_LIVEUPDATE_VERSION	3

/* Formats of struct iommu_pt_ser. Zero is none; a number is never used again. */
#define IOMMU_PT_SER_VTDSS	1
#define IOMMU_PT_SER_X86_64	2
#define IOMMU_PT_SER_AMDV1	3

/* Layout of the tables, in iommu_pt_ser.features */
/* The topmost bit of an address extends to all bits above it */
#define IOMMU_PT_SER_FEAT_SIGN_EXTEND	BIT(0)
/* Pointers to tables have the memory encryption bit */
#define IOMMU_PT_SER_FEAT_ENCRYPTED	BIT(1)
/* Each entry makes DMA snoop */
#define IOMMU_PT_SER_FEAT_SNOOP		BIT(2)

/**
 * struct iommu_pt_ser - One preserved IO page table.
 * @top_phys:     Physical address of the top table.
 * @format:       %IOMMU_PT_SER_VTDSS and so on.
 * @top_level:    Level of the top table, the lowest level is 0.
 * @max_vasz_lg2: Number of bits of an IO virtual address.
 * @features:     %IOMMU_PT_SER_FEAT_SIGN_EXTEND and so on. A reader refuses a
 *                table whose bits differ from those it would make.
 * @nr_pages:     Number of pages of all tables, including the top.
 */
struct iommu_pt_ser {
	u64 top_phys;
	u32 format;
	u32 top_level;
	u32 max_vasz_lg2;
	u32 features;
	u64 nr_pages;
} __packed;

/* Flags of struct iommu_domain_ser */
#define IOMMU_DOMAIN_SER_FORCE_SNOOP	BIT(0)
/* Made so that dirty tracking can be switched on. It is off. */
#define IOMMU_DOMAIN_SER_DIRTY		BIT(1)
#define IOMMU_DOMAIN_SER_FLAGS		\
	(IOMMU_DOMAIN_SER_FORCE_SNOOP | IOMMU_DOMAIN_SER_DIRTY)

/**
 * struct iommu_domain_ser - One preserved domain.
 * @id:    By which iommufd and devices refer to it. 0 marks a free entry, whose
 *         other fields mean nothing.
 * @flags: %IOMMU_DOMAIN_SER_FORCE_SNOOP if all its DMA is made to snoop,
 *         %IOMMU_DOMAIN_SER_DIRTY if it can track what its devices write.
 * @pt:    Its page tables, with the dirty bits that are set in their entries.
 */
struct iommu_domain_ser {
	u32 id;
	u32 flags;
	struct iommu_pt_ser pt;
} __packed;

/* Values of iommu_device_ser.type */
#define IOMMU_DEVICE_SER_VTD_LEGACY	1
#define IOMMU_DEVICE_SER_VTD_SCALABLE	2

/**
 * struct iommu_device_ser - One preserved device and the unit it is behind.
 * @domain_id:   &iommu_domain_ser.id of what it is attached to. 0 marks a free
 *               entry, whose other fields mean nothing.
 * @segment:     PCI segment number.
 * @bdf:         Bus, device and function number, its requester ID.
 * @type:        Kind of the unit and of the tables it walks.
 * @did:         Domain ID in the tables of the unit.
 * @unit:        Physical address of the unit's registers.
 * @root:        Physical address of the unit's root table.
 * @pasid_dir:   Physical address of the device's PASID directory, 0 if the unit
 *               has none.
 * @max_pasid:   Number of PASIDs the directory has room for.
 * @flags:       Zero, or optional flags.
 */
struct iommu_device_ser {
	u32 domain_id;
	u32 segment;
	u16 bdf;
	u16 type;
	u32 did;
	u64 unit;
	u64 root;
	u64 pasid_dir;
	u32 max_pasid;
	u32 flags;
} __packed;

/**
 * struct iommu_liveupdate_ser - Root of the IOMMU state.
 * @version:  %IOMMU_LIVEUPDATE_VERSION of the kernel that wrote it.
 * @flags:    Zero, or optional flags.
 * @domains:  Physical address of the first &struct kho_block_header_ser of &struct
 *            iommu_domain_ser entries, 0 if there is none.
 * @devices:  The same for &struct iommu_device_ser entries.
 */
struct iommu_liveupdate_ser {
	u32 version;
	u32 flags;
	u64 domains;
	u64 devices;
} __packed;

/*
 * Subtree of Kexec Handover with a &struct iommu_vtd_irqs_ser, apart from the FLB
 * because interrupt remapping is set up before that can be read.
 */
#define IOMMU_VTD_IRQS_SUBTREE	"iommu-vtd-irqs"
#define IOMMU_VTD_IRQS_VERSION	1
#define IOMMU_VTD_IRQS_UNITS	170

/* Flags of struct iommu_vtd_irq_ser */
#define IOMMU_VTD_IRQ_SER_EIME	BIT(0)
#define IOMMU_VTD_IRQ_SER_FLAGS	IOMMU_VTD_IRQ_SER_EIME

/**
 * struct iommu_vtd_irq_ser - A VT-d unit that blocks all interrupts of its devices.
 * @unit:     Physical address of the unit's registers.
 * @table:    Physical address of the interrupt remapping table that it uses: a
 *            preserved page of 256 entries, which are all zero.
 * @flags:    %IOMMU_VTD_IRQ_SER_EIME if it is in x2APIC mode.
 * @reserved: Zero.
 */
struct iommu_vtd_irq_ser {
	u64 unit;
	u64 table;
	u32 flags;
	u32 reserved;
} __packed;

/**
 * struct iommu_vtd_irqs_ser - All units that remap interrupts and have running devices.
 * @version:  %IOMMU_VTD_IRQS_VERSION of the kernel that wrote it. Stays the first
 *            field for ever.
 * @nr_units: Number of units in use.
 * @units:    The units, in no order.
 */
struct iommu_vtd_irqs_ser {
	u32 version;
	u32 nr_units;
	struct iommu_vtd_irq_ser units[IOMMU_VTD_IRQS_UNITS];
} __packed;

static_assert(sizeof(struct iommu_vtd_irq_ser) == 24);
static_assert(sizeof(struct iommu_vtd_irqs_ser) == 4088);
static_assert(sizeof(struct iommu_pt_ser) == 32);
static_assert(sizeof(struct iommu_domain_ser) == 40);
static_assert(sizeof(struct iommu_device_ser) == 48);
static_assert(sizeof(struct iommu_liveupdate_ser) == 24);
static_assert(IOMMU_LIVEUPDATE_VERSION == LIVEUPDATE_IMAGE_IOMMU);
static_assert(IOMMU_VTD_IRQS_VERSION == LIVEUPDATE_IMAGE_VTD_IRQS);

#endif /* _LINUX_KHO_ABI_IOMMU_H */
