/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preservation of IOMMU state across a Live Update: interface between the IOMMU
 * core and the drivers of IOMMUs.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#ifndef DRIVERS_IOMMU_LIVEUPDATE_H
#define DRIVERS_IOMMU_LIVEUPDATE_H

#include <linux/iommu-liveupdate.h>
#include <linux/kho/abi/iommu.h>
#include <linux/mutex.h>

struct liveupdate_flb_op_args;

/**
 * struct iommu_liveupdate_ops - What a driver does to preserve its state.
 * @preserve_domain:   Preserve the page tables of a domain nobody changes any
 *                     more, and fill in &iommu_domain_ser.pt and .flags.
 *                     -EOPNOTSUPP if the domain is of a kind that cannot be.
 * @unpreserve_domain: Undo it.
 * @preserve_device:   Preserve the tables that lead from the requester ID of a
 *                     device to its domain, and fill in all of &iommu_device_ser but
 *                     the domain_id.
 * @unpreserve_device: Undo it.
 * @restore_domain:    Make a domain of what @preserve_domain of the previous kernel
 *                     recorded, for the first of its devices. Its page tables are in
 *                     use by then.
 * @finish_domain:     The record of a domain is about to be dropped: give up what was
 *                     reserved for it. The domain is NULL if it was never restored.
 * @forget_device:     A device that should run on was not found: take the access of
 *                     its requester ID away.
 *
 * All are called with iommu_liveupdate_mutex held, @restore_domain in addition with
 * the mutex of the device's group.
 */
struct iommu_liveupdate_ops {
	int (*preserve_domain)(struct iommu_domain *domain,
			       struct iommu_domain_ser *ser);
	void (*unpreserve_domain)(struct iommu_domain *domain);
	int (*preserve_device)(struct device *dev, struct iommu_domain *domain,
			       const struct iommu_domain_ser *domain_ser,
			       struct iommu_device_ser *ser);
	void (*unpreserve_device)(struct device *dev,
				  struct iommu_domain *domain);
	struct iommu_domain *(*restore_domain)(struct device *dev,
					       const struct iommu_domain_ser *ser);
	void (*finish_domain)(struct iommu_domain *domain, u32 id);
	void (*forget_device)(const struct iommu_device_ser *ser);
};

#ifdef CONFIG_IOMMU_LIVEUPDATE

extern struct mutex iommu_liveupdate_mutex;

/* liveupdate-incoming.c, for liveupdate.c */
int iommu_liveupdate_flb_retrieve(struct liveupdate_flb_op_args *args);
void iommu_liveupdate_flb_finish(struct liveupdate_flb_op_args *args);
void iommu_liveupdate_init_incoming(void *obj);

/* liveupdate-incoming.c, for drivers */
const struct iommu_device_ser *
iommu_liveupdate_next_device(const struct iommu_device_ser *prev);
const struct iommu_device_ser *iommu_liveupdate_find_device(struct device *dev);
const struct iommu_domain_ser *iommu_liveupdate_find_domain(u32 id);
void iommu_liveupdate_set_adopted(const struct iommu_device_ser *ser,
				  const struct iommu_liveupdate_ops *ops);
void iommu_liveupdate_drop(const struct iommu_device_ser *ser);

/* liveupdate-incoming.c, for the core */
struct iommu_domain *iommu_liveupdate_restore(struct device *dev, void **owner);
bool iommu_liveupdate_is_marker(void *owner);
bool iommu_liveupdate_may_claim(void *marker, void *owner);
void *iommu_liveupdate_marker(struct iommu_domain *domain);
void iommu_liveupdate_unplug(struct device *dev);
int iommu_liveupdate_probe_device(struct device *dev);
bool iommu_liveupdate_is_stopped(struct device *dev);

/* By which devices are remembered that may master the bus without a domain */
static inline unsigned long iommu_liveupdate_key(u32 segment, u16 bdf)
{
	return (unsigned long)segment << 16 | bdf;
}

extern char iommu_liveupdate_cut_off;

/* iommu.c */
void iommu_liveupdate_domain_init(struct iommu_domain *domain,
				  struct device *dev);
bool iommu_liveupdate_sole_user(struct device *dev, struct iommu_domain *domain);
bool iommu_liveupdate_give_up(struct device *dev);

#else /* CONFIG_IOMMU_LIVEUPDATE */

static inline struct iommu_domain *
iommu_liveupdate_restore(struct device *dev, void **owner)
{
	return NULL;
}

static inline bool iommu_liveupdate_may_claim(void *marker, void *owner)
{
	return false;
}

static inline void *iommu_liveupdate_marker(struct iommu_domain *domain)
{
	return NULL;
}

static inline bool iommu_liveupdate_is_marker(void *owner)
{
	return false;
}

static inline void iommu_liveupdate_unplug(struct device *dev)
{
}

static inline int iommu_liveupdate_probe_device(struct device *dev)
{
	return 0;
}

static inline const struct iommu_device_ser *
iommu_liveupdate_find_device(struct device *dev)
{
	return NULL;
}

#endif /* CONFIG_IOMMU_LIVEUPDATE */
#endif /* DRIVERS_IOMMU_LIVEUPDATE_H */
