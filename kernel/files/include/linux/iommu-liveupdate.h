/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preservation of IOMMU domains and of what devices are attached to across a
 * Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#ifndef _LINUX_IOMMU_LIVEUPDATE_H
#define _LINUX_IOMMU_LIVEUPDATE_H

#include <linux/err.h>
#include <linux/types.h>

struct device;
struct iommu_domain;
struct liveupdate_file_handler;

#ifdef CONFIG_IOMMU_LIVEUPDATE

int iommu_liveupdate_register_flb(struct liveupdate_file_handler *fh);
void iommu_liveupdate_unregister_flb(struct liveupdate_file_handler *fh);

bool iommu_domain_can_preserve(const struct iommu_domain *domain);
int iommu_domain_preserve(struct iommu_domain *domain, u32 *id);
void iommu_domain_unpreserve(struct iommu_domain *domain);
int iommu_domain_freeze(struct iommu_domain *domain);
int iommu_device_preserve(struct device *dev, struct iommu_domain *domain);
void iommu_device_unpreserve(struct device *dev);
int iommu_device_freeze(struct device *dev);

bool iommu_device_is_incoming(struct device *dev);
struct iommu_domain *iommu_domain_retrieve(u32 id, void *owner);
void iommu_domain_unretrieve(u32 id);
void iommu_domain_finish(u32 id);
bool iommu_device_can_finish(struct device *dev);
void iommu_device_finish(struct device *dev);

#else /* CONFIG_IOMMU_LIVEUPDATE */

static inline int iommu_liveupdate_register_flb(struct liveupdate_file_handler *fh)
{
	return -EOPNOTSUPP;
}

static inline void iommu_liveupdate_unregister_flb(struct liveupdate_file_handler *fh)
{
}

static inline int iommu_device_freeze(struct device *dev)
{
	return 0;
}

static inline bool iommu_device_can_finish(struct device *dev)
{
	return true;
}

static inline bool iommu_device_is_incoming(struct device *dev)
{
	return false;
}

static inline void iommu_device_finish(struct device *dev)
{
}

#endif /* CONFIG_IOMMU_LIVEUPDATE */
#endif /* _LINUX_IOMMU_LIVEUPDATE_H */
