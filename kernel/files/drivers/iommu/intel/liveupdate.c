// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preservation of VT-d tables across a Live Update. The other half is in
 * liveupdate-incoming.c.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: VT-d Live Update
 *
 * See drivers/iommu/liveupdate.c for the whole. VT-d finds the page tables of a
 * device through the root table and context tables of the unit and, in scalable mode,
 * the PASID directory and PASID tables of the device.
 *
 * The tables of a unit stay where they are, and are those of the next kernel: it frees
 * them when it frees its own. The root table pointer is never changed, and translation
 * is never switched off. The domain IDs that are in use are reserved before anything
 * else can get them.
 *
 * What else is behind the unit is cut off at shutdown: context tables that no preserved
 * device needs are taken out of the root table, entries of other devices are cleared in
 * the rest, and the caches of the unit are flushed. It happens there, with one CPU
 * left, because nobody can attach a device any more. Firmware that relies on a reserved
 * region (RMRR) would be cut off, too, so that no device behind the same unit can run
 * on. Where the kernel itself takes such a region for relaxable, with USB and graphics,
 * it goes like any other mapping.
 *
 * A unit without preserved devices is switched off, as by any kexec. What is behind it
 * no longer masters the bus, which PCI sees to for each device that does not run on.
 *
 * The next kernel finds in the tables what the records say, or stops: each table
 * must have been preserved, each context entry must be that of a device with a record,
 * and point to what the record of its domain says.
 *
 * A domain that was made for dirty tracking keeps that ability, and the dirty bits in its
 * tables. Tracking is off in each PASID entry that is handed over.
 *
 * Interrupts are not handed over: their owner disables them before the kexec, and sets
 * them up again after it. In between the unit blocks those that a device sends
 * nevertheless, see liveupdate-irq.c.
 */

#define pr_fmt(fmt) "DMAR: liveupdate: " fmt

#include <linux/bitmap.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/kexec.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "../iommu-pages.h"
#include "../liveupdate.h"
#include "iommu.h"
#include "liveupdate.h"
#include "pasid.h"

/**
 * intel_liveupdate_get - What is or was preserved of a unit, made if need be
 * @iommu: The unit.
 *
 * Context: May sleep. The only caller at a time: during boot, or with
 *          iommu_liveupdate_mutex held.
 * Return: It belongs to @iommu for good; NULL if there is no memory.
 */
struct intel_iommu_liveupdate *intel_liveupdate_get(struct intel_iommu *iommu)
{
	struct intel_iommu_liveupdate *lu = iommu->liveupdate;

	if (lu)
		return lu;

	lu = kzalloc_obj(*lu);
	if (!lu)
		return NULL;

	lu->rids = bitmap_zalloc(BIT(16), GFP_KERNEL);
	if (!lu->rids) {
		kfree(lu);
		return NULL;
	}

	xa_init(&lu->tables);
	xa_init(&lu->dids);
	xa_init(&lu->held);
	INIT_LIST_HEAD(&lu->list);
	lu->iommu = iommu;
	iommu->liveupdate = lu;
	return lu;
}

static int intel_liveupdate_get_table(struct intel_iommu_liveupdate *lu,
				      void *table)
{
	unsigned long index = __pa(table) >> PAGE_SHIFT;
	unsigned long users;
	int err;

	users = xa_to_value(xa_load(&lu->tables, index) ?: xa_mk_value(0));
	err = xa_err(xa_store(&lu->tables, index, xa_mk_value(users + 1),
			      GFP_KERNEL));
	if (err || users)
		return err;

	err = iommu_preserve_pages(table);
	if (err)
		xa_erase(&lu->tables, index);
	return err;
}

static void intel_liveupdate_put_table(struct intel_iommu_liveupdate *lu,
				       void *table)
{
	unsigned long index = __pa(table) >> PAGE_SHIFT;
	unsigned long users = xa_to_value(xa_load(&lu->tables, index));

	if (users > 1) {
		xa_store(&lu->tables, index, xa_mk_value(users - 1),
			 GFP_KERNEL);
		return;
	}

	iommu_unpreserve_pages(table);
	xa_erase(&lu->tables, index);
}

static void *intel_liveupdate_context_table(struct intel_iommu *iommu,
					    struct device_domain_info *info)
{
	struct context_entry *context;

	guard(spinlock)(&iommu->lock);

	context = iommu_context_addr(iommu, info->bus, info->devfn, 0);
	if (!context || !context_present(context))
		return NULL;
	return (void *)((unsigned long)context & PAGE_MASK);
}

static int intel_liveupdate_nr_pdes(struct pasid_table *table)
{
	return table->max_pasid >> PASID_PDE_SHIFT;
}

static void intel_liveupdate_put_pasid(struct intel_iommu_liveupdate *lu,
				       struct pasid_table *table, int nr_pdes)
{
	struct pasid_dir_entry *dir = table->table;
	void *entries;

	while (nr_pdes--) {
		entries = get_pasid_table_from_pde(&dir[nr_pdes]);
		if (entries)
			intel_liveupdate_put_table(lu, entries);
	}
	intel_liveupdate_put_table(lu, dir);
}

static int intel_liveupdate_get_pasid(struct intel_iommu_liveupdate *lu,
				      struct pasid_table *table)
{
	struct pasid_dir_entry *dir = table->table;
	void *entries;
	int err, i;

	err = intel_liveupdate_get_table(lu, dir);
	if (err)
		return err;

	for (i = 0; i < intel_liveupdate_nr_pdes(table); i++) {
		entries = get_pasid_table_from_pde(&dir[i]);
		err = entries ? intel_liveupdate_get_table(lu, entries) : 0;
		if (err) {
			intel_liveupdate_put_pasid(lu, table, i);
			return err;
		}
	}

	return 0;
}

static int intel_liveupdate_preserve_domain(struct iommu_domain *domain,
					    struct iommu_domain_ser *ser)
{
	struct dmar_domain *dmar_domain = to_dmar_domain(domain);

	if (dmar_domain->nested_parent ||
	    !list_empty(&dmar_domain->dev_pasids))
		return -EOPNOTSUPP;
	/* What a device writes over the kexec would not be collected by anybody */
	if (dmar_domain->dirty_tracking)
		return -EBUSY;

	if (dmar_domain->force_snooping)
		ser->flags |= IOMMU_DOMAIN_SER_FORCE_SNOOP;
	if (domain->dirty_ops)
		ser->flags |= IOMMU_DOMAIN_SER_DIRTY;
	return pt_iommu_preserve(&dmar_domain->iommu, &ser->pt);
}

static void intel_liveupdate_unpreserve_domain(struct iommu_domain *domain)
{
	pt_iommu_unpreserve(&to_dmar_domain(domain)->iommu);
}

/* What a table was made with, but for what is restored by itself */
static unsigned int intel_liveupdate_features(struct dmar_domain *domain)
{
	if (intel_domain_is_fs_paging(domain))
		return domain->fspt.x86_64_pt.common.features;
	return domain->sspt.vtdss_pt.common.features &
	       ~BIT(PT_FEAT_VTDSS_FORCE_COHERENCE);
}

/*
 * The next kernel may make the domain for any of its devices, behind any unit. What
 * it then demands of the record is what that unit makes of a new domain.
 */
static int intel_liveupdate_check_unit(struct device *dev,
				       struct dmar_domain *dmar_domain,
				       const struct iommu_domain_ser *ser)
{
	struct device_domain_info *info = dev_iommu_priv_get(dev);
	u32 flags = intel_liveupdate_alloc_flags(ser);
	struct iommu_domain *domain;
	bool same;

	if (ser->pt.format == IOMMU_PT_SER_X86_64)
		domain = intel_iommu_domain_alloc_first_stage(dev, info->iommu,
							      flags);
	else
		domain = intel_iommu_domain_alloc_second_stage(dev, info->iommu,
							       flags);
	if (IS_ERR(domain))
		return PTR_ERR(domain);

	same = domain->pgsize_bitmap == dmar_domain->domain.pgsize_bitmap &&
	       domain->geometry.aperture_end ==
	       dmar_domain->domain.geometry.aperture_end &&
	       intel_liveupdate_features(to_dmar_domain(domain)) ==
	       intel_liveupdate_features(dmar_domain) &&
	       to_dmar_domain(domain)->iotlb_sync_map ==
	       dmar_domain->iotlb_sync_map;
	domain->ops->free(domain);
	if (same)
		return 0;

	dev_info(dev, "liveupdate: cannot run on: its IOMMU is not like the one its domain was made for\n");
	return -EOPNOTSUPP;
}

static int intel_liveupdate_preserve_device(struct device *dev,
					    struct iommu_domain *domain,
					    const struct iommu_domain_ser *domain_ser,
					    struct iommu_device_ser *ser)
{
	struct device_domain_info *info = dev_iommu_priv_get(dev);
	struct dmar_domain *dmar_domain = to_dmar_domain(domain);
	struct intel_iommu *iommu = info->iommu;
	struct intel_iommu_liveupdate *lu;
	void *context;
	int err;

	/* The page request queue and the cached translations are not preserved */
	if (info->ats_supported || info->pri_supported || info->pasid_supported ||
	    dev_is_real_dma_subdevice(dev)) {
		dev_info(dev, "liveupdate: cannot run on: uses ATS, PRI, PASIDs or the DMA of another device\n");
		return -EOPNOTSUPP;
	}
	if (intel_iommu_has_direct_regions(iommu)) {
		dev_info(dev, "liveupdate: cannot run on: a device behind the same IOMMU has memory that must stay mapped for its firmware (RMRR), see the log\n");
		return -EOPNOTSUPP;
	}
	/* The context entry is that of the requester ID */
	if (PCI_DEVID(info->bus, info->devfn) != ser->bdf)
		return -EOPNOTSUPP;

	context = intel_liveupdate_context_table(iommu, info);
	if (!context)
		return -EINVAL;

	err = intel_liveupdate_check_unit(dev, dmar_domain, domain_ser);
	if (err)
		return err;

	lu = intel_liveupdate_get(iommu);
	if (!lu)
		return -ENOMEM;

	err = lu->nr_devices ? 0 : intel_liveupdate_preserve_irqs(iommu);
	if (err)
		return err;
	err = intel_liveupdate_get_table(lu, iommu->root_entry);
	if (err)
		goto err_put_irqs;
	err = intel_liveupdate_get_table(lu, context);
	if (err)
		goto err_put_root;

	ser->type = IOMMU_DEVICE_SER_VTD_LEGACY;
	if (sm_supported(iommu)) {
		err = intel_liveupdate_get_pasid(lu, info->pasid_table);
		if (err)
			goto err_put_context;
		ser->type = IOMMU_DEVICE_SER_VTD_SCALABLE;
		ser->pasid_dir = virt_to_phys(info->pasid_table->table);
		ser->max_pasid = info->pasid_table->max_pasid;
	}

	/* Detached for a reset, it gets the same domain ID back */
	err = domain_attach_iommu(dmar_domain, iommu);
	if (err)
		goto err_put_pasid;

	ser->did = domain_id_iommu(dmar_domain, iommu);
	ser->unit = iommu->reg_phys;
	ser->root = virt_to_phys(iommu->root_entry);

	set_bit(ser->bdf, lu->rids);
	lu->nr_devices++;
	return 0;

err_put_pasid:
	if (sm_supported(iommu))
		intel_liveupdate_put_pasid(lu, info->pasid_table,
					   intel_liveupdate_nr_pdes(info->pasid_table));
err_put_context:
	intel_liveupdate_put_table(lu, context);
err_put_root:
	intel_liveupdate_put_table(lu, iommu->root_entry);
err_put_irqs:
	if (!lu->nr_devices)
		intel_liveupdate_unpreserve_irqs(iommu);
	return err;
}

static void intel_liveupdate_unpreserve_device(struct device *dev,
					       struct iommu_domain *domain)
{
	struct device_domain_info *info = dev_iommu_priv_get(dev);
	struct intel_iommu *iommu = info->iommu;
	struct intel_iommu_liveupdate *lu = iommu->liveupdate;
	struct context_entry *context;

	/* Its owner may have detached it, but nobody frees the table */
	scoped_guard(spinlock, &iommu->lock)
		context = iommu_context_addr(iommu, info->bus, info->devfn, 0);

	domain_detach_iommu(to_dmar_domain(domain), iommu);
	lu->nr_devices--;
	clear_bit(PCI_DEVID(info->bus, info->devfn), lu->rids);
	if (sm_supported(iommu))
		intel_liveupdate_put_pasid(lu, info->pasid_table,
					   intel_liveupdate_nr_pdes(info->pasid_table));
	intel_liveupdate_put_table(lu, (void *)((unsigned long)context & PAGE_MASK));
	intel_liveupdate_put_table(lu, iommu->root_entry);
	if (!lu->nr_devices)
		intel_liveupdate_unpreserve_irqs(iommu);
}

static bool intel_liveupdate_table_needed(struct intel_iommu_liveupdate *lu,
					  u64 entry)
{
	return xa_load(&lu->tables, (entry & VTD_PAGE_MASK) >> PAGE_SHIFT);
}

/* Cut off all devices below one context table, except those that are preserved */
static u64 intel_liveupdate_isolate(struct intel_iommu *iommu, u64 entry,
				    u16 first_rid)
{
	struct intel_iommu_liveupdate *lu = iommu->liveupdate;
	unsigned int step = sm_supported(iommu) ? 2 : 1;
	struct context_entry *table;
	unsigned int i;

	if (!(entry & 1) || !intel_liveupdate_table_needed(lu, entry))
		return 0;

	table = phys_to_virt(entry & VTD_PAGE_MASK);
	for (i = 0; i < PAGE_SIZE / sizeof(*table); i += step) {
		if (test_bit(first_rid + i / step, lu->rids))
			continue;
		context_clear_present(&table[i]);
		context_clear_entry(&table[i]);
	}
	__iommu_flush_cache(iommu, table, PAGE_SIZE);
	return entry;
}

/**
 * intel_liveupdate_shutdown - Leave a unit to the next kernel.
 * @iommu: The unit.
 *
 * Context: Only one CPU is left, with interrupts off.
 * Return: true if translation has to stay on for preserved devices; all others have
 *         lost their access to memory, and no device can raise an interrupt.
 */
bool intel_liveupdate_shutdown(struct intel_iommu *iommu)
{
	struct root_entry *root = iommu->root_entry;
	unsigned int bus;

	if (!kexec_in_progress || !iommu->liveupdate ||
	    !iommu->liveupdate->nr_devices)
		return false;

	for (bus = 0; bus < INTEL_LIVEUPDATE_BUSES; bus++) {
		root[bus].lo = intel_liveupdate_isolate(iommu, root[bus].lo,
							PCI_DEVID(bus, 0));
		root[bus].hi = intel_liveupdate_isolate(iommu, root[bus].hi,
							PCI_DEVID(bus, 0x80));
	}
	__iommu_flush_cache(iommu, root, VTD_PAGE_SIZE);

	iommu->flush.flush_context(iommu, 0, 0, 0, DMA_CCMD_GLOBAL_INVL);
	if (sm_supported(iommu))
		qi_flush_pasid_cache(iommu, 0, QI_PC_GLOBAL, 0);
	iommu->flush.flush_iotlb(iommu, 0, 0, 0, DMA_TLB_GLOBAL_FLUSH);

	intel_liveupdate_block_irqs(iommu);

	/* The vector of a fault means something else to the next kernel */
	writel(DMA_FECTL_IM, iommu->reg + DMAR_FECTL_REG);
	readl(iommu->reg + DMAR_FECTL_REG);

	return true;
}

const struct iommu_liveupdate_ops intel_iommu_liveupdate_ops = {
	.preserve_domain = intel_liveupdate_preserve_domain,
	.unpreserve_domain = intel_liveupdate_unpreserve_domain,
	.preserve_device = intel_liveupdate_preserve_device,
	.unpreserve_device = intel_liveupdate_unpreserve_device,
	.restore_domain = intel_liveupdate_restore_domain,
	.finish_domain = intel_liveupdate_finish_domain,
	.forget_device = intel_liveupdate_forget_device,
};
