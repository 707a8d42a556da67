/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preservation of VT-d tables across a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#ifndef DRIVERS_IOMMU_INTEL_LIVEUPDATE_H
#define DRIVERS_IOMMU_INTEL_LIVEUPDATE_H

#include <linux/kho/abi/iommu.h>
#include <linux/list.h>
#include <linux/xarray.h>
#include <uapi/linux/iommufd.h>

#include "iommu.h"

#ifdef CONFIG_IOMMU_LIVEUPDATE

/* Entries of a root table */
#define INTEL_LIVEUPDATE_BUSES	(VTD_PAGE_SIZE / sizeof(struct root_entry))

/**
 * struct intel_iommu_liveupdate - What is or was preserved of a unit.
 * @nr_devices: Number of preserved devices.
 * @rids:       Their requester IDs.
 * @tables:     How many preserved devices need a table, by page number.
 * @dids:       Domain IDs that wait for the domain which had them in the previous
 *              kernel, by &iommu_domain_ser.id.
 * @held:       Those that it has now, referenced until its record is dropped.
 * @blocking_irqs: Interrupt remapping table for the time between the kernels, NULL if
 *              interrupts are not remapped or no device is preserved.
 * @iommu:      The unit.
 * @list:       In intel_liveupdate_adopted if the tables come from the previous
 *              kernel.
 */
struct intel_iommu_liveupdate {
	unsigned int nr_devices;
	unsigned long *rids;
	struct xarray tables;
	struct xarray dids;
	struct xarray held;
	void *blocking_irqs;
	struct intel_iommu *iommu;
	struct list_head list;
};

extern const struct iommu_liveupdate_ops intel_iommu_liveupdate_ops;

/* What to allocate a domain with so that it is like the recorded one */
static inline u32
intel_liveupdate_alloc_flags(const struct iommu_domain_ser *ser)
{
	return ser->flags & IOMMU_DOMAIN_SER_DIRTY ?
	       IOMMU_HWPT_ALLOC_DIRTY_TRACKING : 0;
}

struct intel_iommu_liveupdate *intel_liveupdate_get(struct intel_iommu *iommu);
bool intel_liveupdate_shutdown(struct intel_iommu *iommu);

int intel_liveupdate_preserve_irqs(struct intel_iommu *iommu);
void intel_liveupdate_unpreserve_irqs(struct intel_iommu *iommu);
void intel_liveupdate_block_irqs(struct intel_iommu *iommu);
void *intel_liveupdate_adopt_irqs(struct intel_iommu *iommu, bool eime);
void intel_liveupdate_irqs_failed(void);

void __noreturn __printf(2, 3)
intel_liveupdate_fail(struct intel_iommu *iommu, const char *fmt, ...);
struct iommu_domain *intel_liveupdate_restore_domain(struct device *dev,
						     const struct iommu_domain_ser *ser);
void intel_liveupdate_finish_domain(struct iommu_domain *domain, u32 id);
void intel_liveupdate_forget_device(const struct iommu_device_ser *ser);
bool intel_liveupdate_adopt(struct intel_iommu *iommu);
void intel_liveupdate_check_units(void);
void intel_liveupdate_init_failed(void);
int intel_liveupdate_take_did(struct dmar_domain *domain,
			      struct intel_iommu *iommu);
void intel_liveupdate_probe_device(struct device_domain_info *info);
bool intel_liveupdate_is_attached(struct dmar_domain *domain,
				  struct device_domain_info *info);
struct pasid_dir_entry *intel_liveupdate_pasid_dir(struct device *dev,
						   size_t size);

#else /* CONFIG_IOMMU_LIVEUPDATE */

static inline bool intel_liveupdate_shutdown(struct intel_iommu *iommu)
{
	return false;
}

static inline void *intel_liveupdate_adopt_irqs(struct intel_iommu *iommu,
						bool eime)
{
	return NULL;
}

static inline void intel_liveupdate_irqs_failed(void)
{
}

static inline bool intel_liveupdate_adopt(struct intel_iommu *iommu)
{
	return false;
}

static inline void intel_liveupdate_check_units(void)
{
}

static inline void intel_liveupdate_init_failed(void)
{
}

static inline int intel_liveupdate_take_did(struct dmar_domain *domain,
					    struct intel_iommu *iommu)
{
	return -ENOENT;
}

static inline void intel_liveupdate_probe_device(struct device_domain_info *info)
{
}

static inline bool intel_liveupdate_is_attached(struct dmar_domain *domain,
						struct device_domain_info *info)
{
	return false;
}

static inline struct pasid_dir_entry *
intel_liveupdate_pasid_dir(struct device *dev, size_t size)
{
	return NULL;
}

#endif /* CONFIG_IOMMU_LIVEUPDATE */
#endif /* DRIVERS_IOMMU_INTEL_LIVEUPDATE_H */
