/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: iommufd Live Update ABI
 *
 * What iommufd of one kernel hands over to iommufd of the next. It is carried by
 * a file of the handler %IOMMUFD_LIVEUPDATE_COMPATIBLE, whose data is the
 * physical address of a &struct iommufd_ser. The four tables behind it are KHO
 * block sets. The page tables themselves belong to the IOMMU core, see
 * &iommufd_hwpt_ser.domain_id.
 *
 * The name of the handler never changes, only &iommufd_ser.version does: a
 * kernel that meets a version it does not know says so, and leaves the session
 * as it is.
 *
 * Any change of a layout or of the meaning of a field increments
 * %IOMMUFD_LIVEUPDATE_VERSION. &iommufd_ser.version and &iommufd_ser.size stay
 * the first fields for ever.
 */

#ifndef _LINUX_KHO_ABI_IOMMUFD_H
#define _LINUX_KHO_ABI_IOMMUFD_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kho/abi/flags.h>
#include <linux/kho/abi/image.h>
#include <linux/types.h>

#define IOMMUFD_LIVEUPDATE_COMPATIBLE	"iommufd"
#define IOMMUFD_LIVEUPDATE_VERSION	2

/* Flags of struct iommufd_ser: pages are accounted to the mm, not the user */
#define IOMMUFD_SER_ACCOUNT_MM		BIT(0)
#define IOMMUFD_SER_FLAGS		IOMMUFD_SER_ACCOUNT_MM

/* Flags of struct iommufd_ioas_ser: IOMMU_OPTION_HUGE_PAGES is off */
#define IOMMUFD_IOAS_SER_SMALL_PAGES	BIT(0)
#define IOMMUFD_IOAS_SER_FLAGS		IOMMUFD_IOAS_SER_SMALL_PAGES

/* Flags of struct iommufd_hwpt_ser: as it was allocated */
#define IOMMUFD_HWPT_SER_PASID		BIT(0)
#define IOMMUFD_HWPT_SER_ENFORCE_CC	BIT(1)
/* By attaching a device to the IOAS: goes away with its last device */
#define IOMMUFD_HWPT_SER_AUTO		BIT(2)
#define IOMMUFD_HWPT_SER_FLAGS						 \
	(IOMMUFD_HWPT_SER_PASID | IOMMUFD_HWPT_SER_ENFORCE_CC |	 \
	 IOMMUFD_HWPT_SER_AUTO)

/* Flags of struct iommufd_area_ser: what the device may do, never none */
#define IOMMUFD_AREA_SER_READ		BIT(0)
#define IOMMUFD_AREA_SER_WRITE		BIT(1)
#define IOMMUFD_AREA_SER_FLAGS		\
	(IOMMUFD_AREA_SER_READ | IOMMUFD_AREA_SER_WRITE)

/**
 * struct iommufd_ser - Root of a preserved iommufd.
 * @version:   %IOMMUFD_LIVEUPDATE_VERSION of the kernel that wrote it.
 * @size:      Size of this structure.
 * @flags:     %IOMMUFD_SER_FLAGS.
 * @reserved:  Zero.
 * @nr_ioas:   Number of &struct iommufd_ioas_ser, 0 if there are no HWPTs.
 * @nr_hwpts:  Number of &struct iommufd_hwpt_ser, 0 if none is marked.
 * @nr_areas:  Number of &struct iommufd_area_ser.
 * @nr_ranges: Number of &struct iommufd_range_ser.
 * @ioas:      Physical address of the first block of the IOAS, 0 if none.
 * @hwpts:     Physical address of the first block of the HWPTs, 0 if none.
 * @areas:     Physical address of the first block of the areas, 0 if none.
 * @ranges:    Physical address of the first block of the ranges, 0 if none.
 */
struct iommufd_ser {
	u32 version;
	u32 size;
	u32 flags;
	u32 reserved;
	u64 nr_ioas;
	u64 nr_hwpts;
	u64 nr_areas;
	u64 nr_ranges;
	u64 ioas;
	u64 hwpts;
	u64 areas;
	u64 ranges;
} __packed;

/**
 * struct iommufd_ioas_ser - One IOAS.
 * @id:    Object ID, not 0.
 * @flags: %IOMMUFD_IOAS_SER_FLAGS.
 */
struct iommufd_ioas_ser {
	u32 id;
	u32 flags;
} __packed;

/**
 * struct iommufd_hwpt_ser - One marked HWPT.
 * @id:        Object ID, not 0.
 * @ioas_id:   Object ID of its IOAS.
 * @domain_id: Name of its domain in the IOMMU core.
 * @flags:     %IOMMUFD_HWPT_SER_FLAGS.
 * @token:     Token it was marked with.
 */
struct iommufd_hwpt_ser {
	u32 id;
	u32 ioas_id;
	u32 domain_id;
	u32 flags;
	u64 token;
} __packed;

/**
 * struct iommufd_area_ser - One mapping of an IOAS.
 * @iova:        First IO virtual address.
 * @length:      Number of bytes, not 0.
 * @file_token:  Token of the memfd in the same session.
 * @file_offset: Where in the memfd the area starts, in bytes.
 * @ioas_id:     Object ID of the IOAS.
 * @flags:       %IOMMUFD_AREA_SER_FLAGS.
 *
 * Areas of one IOAS follow each other, in the order of their addresses.
 */
struct iommufd_area_ser {
	u64 iova;
	u64 length;
	u64 file_token;
	u64 file_offset;
	u32 ioas_id;
	u32 flags;
} __packed;

/**
 * struct iommufd_range_ser - One range set by IOMMU_IOAS_ALLOW_IOVAS.
 * @start:    First IO virtual address.
 * @last:     Last IO virtual address.
 * @ioas_id:  Object ID of the IOAS.
 * @flags:    Zero, or optional flags.
 */
struct iommufd_range_ser {
	u64 start;
	u64 last;
	u32 ioas_id;
	u32 flags;
} __packed;

static_assert(sizeof(struct iommufd_ser) == 80);
static_assert(sizeof(struct iommufd_ioas_ser) == 8);
static_assert(sizeof(struct iommufd_hwpt_ser) == 24);
static_assert(sizeof(struct iommufd_area_ser) == 40);
static_assert(sizeof(struct iommufd_range_ser) == 24);
static_assert(IOMMUFD_LIVEUPDATE_VERSION == LIVEUPDATE_IMAGE_IOMMUFD);

#endif /* _LINUX_KHO_ABI_IOMMUFD_H */
