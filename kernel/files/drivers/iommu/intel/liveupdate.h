/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preservation of VT-d tables across a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#ifndef DRIVERS_IOMMU_INTEL_LIVEUPDATE_H
#define DRIVERS_IOMMU_INTEL_LIVEUPDATE_H

#include "iommu.h"

#ifdef CONFIG_IOMMU_LIVEUPDATE

extern const struct iommu_liveupdate_ops intel_iommu_liveupdate_ops;

bool intel_liveupdate_shutdown(struct intel_iommu *iommu);
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
