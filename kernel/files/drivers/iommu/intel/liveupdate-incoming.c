// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adoption of VT-d tables that the previous kernel preserved. See liveupdate.c for
 * the whole.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

#define pr_fmt(fmt) "DMAR: liveupdate: " fmt

#include <linux/dmar.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/xarray.h>

#include "../iommu-pages.h"
#include "../liveupdate.h"
#include "iommu.h"
#include "liveupdate.h"
#include "pasid.h"

/* Units with tables of the previous kernel, filled at boot */
static LIST_HEAD(intel_liveupdate_adopted);

/**
 * intel_liveupdate_fail - Stop since a unit cannot be taken over
 * @iommu: The unit.
 * @fmt:   The reason.
 *
 * Context: Any.
 */
void intel_liveupdate_fail(struct intel_iommu *iommu, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	panic("DMAR: liveupdate: %s: cannot take over the tables of the previous kernel: %pV\n",
	      iommu->name, &vaf);
}

static const struct iommu_device_ser *
intel_liveupdate_find(struct intel_iommu *iommu, u16 bdf)
{
	const struct iommu_device_ser *ser = NULL;

	while ((ser = iommu_liveupdate_next_device(ser))) {
		if (ser->unit == iommu->reg_phys && ser->bdf == bdf)
			return ser;
	}

	return NULL;
}

/* Does the entry say what the record does, and what this kernel would write? */
static bool intel_liveupdate_check_context(struct intel_iommu *iommu,
					   struct context_entry *ce,
					   const struct iommu_device_ser *ser)
{
	const struct iommu_pt_ser *pt =
		&iommu_liveupdate_find_domain(ser->domain_id)->pt;
	u64 lo, hi;

	/* No ATS, no PRI, no PASIDs; DMA without PASID uses entry 0 */
	if (sm_supported(iommu)) {
		lo = ser->pasid_dir | 1 |
		     context_pdts(context_sm_pds(ser->max_pasid));
		return ce[0].lo == lo && !ce[0].hi && !ce[1].lo && !ce[1].hi;
	}

	/* Multi-level translation; two levels more than the address width says */
	lo = pt->top_phys | CONTEXT_TT_MULTI_LEVEL << 2 | 1;
	hi = (u64)ser->did << 8 | (pt->top_level - 1);
	return ce->lo == lo && ce->hi == hi;
}

static unsigned int intel_liveupdate_check_contexts(struct intel_iommu *iommu,
						    u64 entry, u16 first_rid)
{
	unsigned int step = sm_supported(iommu) ? 2 : 1;
	const struct iommu_device_ser *ser;
	struct context_entry *table, *ce;
	unsigned int i, found = 0;
	u16 rid;

	if (!(entry & 1))
		return 0;

	table = iommu_restore_pages(entry & VTD_PAGE_MASK, SZ_4K);
	if (!table)
		intel_liveupdate_fail(iommu, "context table %#llx was not preserved",
				      entry);

	for (i = 0; i < PAGE_SIZE / sizeof(*table); i += step) {
		ce = &table[i];
		if (!context_present(ce))
			continue;

		rid = first_rid + i / step;
		ser = intel_liveupdate_find(iommu, rid);
		if (!ser)
			intel_liveupdate_fail(iommu, "requester ID %#x has access but no record",
					      rid);

		if (!intel_liveupdate_check_context(iommu, ce, ser))
			intel_liveupdate_fail(iommu, "requester ID %#x is not attached as recorded",
					      rid);
		iommu_liveupdate_set_adopted(ser, &intel_iommu_liveupdate_ops);
		found++;
	}

	return found;
}

static struct context_entry *intel_liveupdate_context(struct root_entry *root,
						      bool scalable, u16 bdf)
{
	u8 bus = PCI_BUS_NUM(bdf), devfn = bdf & 0xff;
	u64 entry = root[bus].lo;

	if (scalable && devfn >= 0x80)
		entry = root[bus].hi;
	if (!(entry & 1))
		return NULL;
	if (scalable)
		devfn = (devfn & 0x7f) * 2;
	return (struct context_entry *)phys_to_virt(entry & VTD_PAGE_MASK) + devfn;
}

static bool intel_liveupdate_has_access(struct root_entry *root, bool scalable,
					u16 bdf)
{
	struct context_entry *context =
		intel_liveupdate_context(root, scalable, bdf);

	return context && context_present(context);
}

static void intel_liveupdate_reserve_did(struct intel_iommu *iommu,
					 const struct iommu_device_ser *ser)
{
	struct xarray *dids = &iommu->liveupdate->dids;
	void *entry;
	int id;

	entry = xa_load(dids, ser->domain_id);
	if (entry && xa_to_value(entry) == ser->did)
		return;

	/* A domain with two IDs or an ID of two domains fails here, too */
	id = -EINVAL;
	if (!entry && ser->did >= IDA_START_DID &&
	    ser->did < iommu->max_domain_id)
		id = ida_alloc_range(&iommu->domain_ida, ser->did, ser->did,
				     GFP_KERNEL);
	if (id < 0 || xa_err(xa_store(dids, ser->domain_id,
				      xa_mk_value(ser->did), GFP_KERNEL)))
		intel_liveupdate_fail(iommu, "domain ID %u cannot be reserved",
				      ser->did);
}

/**
 * intel_liveupdate_adopt - Take the tables of a unit over from the previous kernel.
 * @iommu: Unit that is being initialized.
 *
 * Context: Boot, no other CPU uses the unit. Panics if the tables cannot be used, since
 *          devices go on using them.
 * Return: true if the unit runs with its tables now, translation being on; false if
 *         nothing was handed over.
 */
bool intel_liveupdate_adopt(struct intel_iommu *iommu)
{
	const struct iommu_device_ser *ser = NULL;
	unsigned int bus, found = 0, expected = 0;
	struct root_entry *root;
	u64 rtaddr, root_phys;
	u16 type;

	type = sm_supported(iommu) ? IOMMU_DEVICE_SER_VTD_SCALABLE :
				     IOMMU_DEVICE_SER_VTD_LEGACY;
	rtaddr = readq(iommu->reg + DMAR_RTADDR_REG);
	root_phys = rtaddr & VTD_PAGE_MASK;

	while ((ser = iommu_liveupdate_next_device(ser))) {
		if (ser->unit != iommu->reg_phys)
			continue;

		if (!expected && !intel_liveupdate_get(iommu))
			intel_liveupdate_fail(iommu, "no memory");
		if (ser->segment != iommu->segment)
			intel_liveupdate_fail(iommu, "segment %u is not that of the unit",
					      ser->segment);
		if (ser->root != root_phys)
			intel_liveupdate_fail(iommu, "the root table is at %#llx, not at %#llx",
					      root_phys, ser->root);
		if (ser->type != type ||
		    !!(rtaddr & DMA_RTADDR_SMT) != !!sm_supported(iommu))
			intel_liveupdate_fail(iommu, "they are for %s mode: keep intel_iommu=",
					      rtaddr & DMA_RTADDR_SMT ?
					      "scalable" : "legacy");
		intel_liveupdate_reserve_did(iommu, ser);
		expected++;
	}
	if (!expected)
		return false;

	if (!(readl(iommu->reg + DMAR_GSTS_REG) & DMA_GSTS_TES))
		intel_liveupdate_fail(iommu, "translation is off");

	root = iommu_restore_pages(root_phys, VTD_PAGE_SIZE);
	if (!root)
		intel_liveupdate_fail(iommu, "root table %#llx was not preserved",
				      root_phys);

	for (bus = 0; bus < INTEL_LIVEUPDATE_BUSES; bus++) {
		if (!sm_supported(iommu) && root[bus].hi & 1)
			intel_liveupdate_fail(iommu, "damaged root table");
		found += intel_liveupdate_check_contexts(iommu, root[bus].lo,
							 PCI_DEVID(bus, 0));
		found += intel_liveupdate_check_contexts(iommu, root[bus].hi,
							 PCI_DEVID(bus, 0x80));
	}
	while (found != expected && (ser = iommu_liveupdate_next_device(ser))) {
		if (ser->unit == iommu->reg_phys &&
		    !intel_liveupdate_has_access(root, sm_supported(iommu),
						 ser->bdf))
			iommu_liveupdate_drop(ser);
	}

	iommu->root_entry = root;
	list_add(&iommu->liveupdate->list, &intel_liveupdate_adopted);
	pr_info("%s: runs on with the tables of the previous kernel, %u devices\n",
		iommu->name, found);
	return true;
}

/**
 * intel_liveupdate_check_units - Check that this kernel takes over each unit in use
 *
 * Context: Boot, before any unit is touched: translation would be switched off. Called
 *          with dmar_global_lock held. Panics if one is not.
 */
void intel_liveupdate_check_units(void)
{
	const struct iommu_device_ser *ser = NULL;
	struct dmar_drhd_unit *drhd;
	struct intel_iommu *iommu;

	while ((ser = iommu_liveupdate_next_device(ser))) {
		bool found = false;

		for_each_active_iommu(iommu, drhd)
			found |= iommu->reg_phys == ser->unit;
		if (!found)
			panic("DMAR: liveupdate: this kernel does not use the unit at %#llx, but %04x:%02x:%02x.%d does\n",
			      ser->unit, ser->segment, PCI_BUS_NUM(ser->bdf),
			      PCI_SLOT(ser->bdf), PCI_FUNC(ser->bdf));
	}
}

/**
 * intel_liveupdate_init_failed - No unit will be used.
 *
 * Context: Boot. Panics if devices go on using one.
 */
void intel_liveupdate_init_failed(void)
{
	if (iommu_liveupdate_next_device(NULL))
		panic("DMAR: liveupdate: IOMMUs are off, but devices of the previous kernel use them\n");
}

/**
 * intel_liveupdate_take_did - Domain ID of a domain of the previous kernel.
 * @domain: Domain that is attached to its first device behind the unit.
 * @iommu:  The unit.
 *
 * Context: Called with the did_lock of the unit held.
 * Return: The ID, allocated for the caller; -ENOENT if there is none.
 */
int intel_liveupdate_take_did(struct dmar_domain *domain,
			      struct intel_iommu *iommu)
{
	void *entry = NULL;

	/* Taken once, and kept until intel_liveupdate_finish_domain() */
	if (domain->liveupdate_id && iommu->liveupdate)
		entry = xa_erase(&iommu->liveupdate->dids,
				 domain->liveupdate_id);
	return entry ? xa_to_value(entry) : -ENOENT;
}

/**
 * intel_liveupdate_probe_device - Recognise a device that runs on.
 * @info: The device, being probed.
 *
 * Context: May sleep.
 */
void intel_liveupdate_probe_device(struct device_domain_info *info)
{
	const struct iommu_device_ser *ser;

	ser = iommu_liveupdate_find_device(info->dev);
	if (!ser || ser->unit != info->iommu->reg_phys)
		return;

	/* As before the kexec: what it may have now is not in its entries */
	info->liveupdate_id = ser->domain_id;
	info->ats_supported = 0;
	info->pri_supported = 0;
	info->pasid_supported = 0;
}

/**
 * intel_liveupdate_is_attached - Check whether the hardware uses the domain already
 * @domain: Domain the device is being attached to.
 * @info:   The device.
 *
 * Context: Called with the mutex of the device's group held.
 * Return: true if this is the first domain a device that runs on is attached to.
 */
bool intel_liveupdate_is_attached(struct dmar_domain *domain,
				  struct device_domain_info *info)
{
	u32 id = info->liveupdate_id;

	if (!id)
		return false;
	if (id != domain->liveupdate_id)
		panic("DMAR: liveupdate: %s would be taken off the domain it runs on with\n",
		      dev_name(info->dev));

	info->liveupdate_id = 0;
	return true;
}

/*
 * The entry this kernel would write, which the one there has to be, bit by bit. Dirty
 * tracking is off in it.
 */
static bool intel_liveupdate_check_pasid(struct intel_iommu *iommu,
					 const struct iommu_device_ser *ser,
					 struct pasid_entry *pte)
{
	const struct iommu_domain_ser *domain =
		iommu_liveupdate_find_domain(ser->domain_id);
	const struct iommu_pt_ser *pt = &domain->pt;
	struct pasid_entry want = {};
	int i;

	for (i = IOMMU_NO_PASID + 1; i < PASID_TBL_ENTRIES; i++) {
		if (pasid_pte_is_present(&pte[i]))
			return false;
	}

	pasid_set_domain_id(&want, ser->did);
	pasid_set_page_snoop(&want, ecap_smpwc(iommu->ecap));
	if (pt->format == IOMMU_PT_SER_X86_64) {
		pasid_set_flptr(&want, pt->top_phys);
		pasid_set_flpm(&want, pt->top_level == 4);
		pasid_set_address_width(&want, iommu->agaw);
		pasid_set_translation_type(&want, PASID_ENTRY_PGTT_FL_ONLY);
		if (domain->flags & IOMMU_DOMAIN_SER_FORCE_SNOOP)
			pasid_set_pgsnp(&want);
	} else {
		pasid_set_slptr(&want, pt->top_phys);
		pasid_set_address_width(&want, pt->top_level - 1);
		pasid_set_translation_type(&want, PASID_ENTRY_PGTT_SL_ONLY);
	}
	pasid_set_present(&want);

	return !memcmp(pte, &want, sizeof(want));
}

/**
 * intel_liveupdate_pasid_dir - PASID directory of a device that runs on.
 * @dev:  Device that is being probed.
 * @size: How large its directory is, in bytes.
 *
 * Context: May sleep. Panics if it cannot be used, since the device goes on using it.
 * Return: The directory, to be freed as if allocated; NULL if the device does not run
 *         on.
 */
struct pasid_dir_entry *intel_liveupdate_pasid_dir(struct device *dev,
						   size_t size)
{
	struct device_domain_info *info = dev_iommu_priv_get(dev);
	const struct iommu_device_ser *ser;
	struct pasid_dir_entry *dir;
	struct pasid_entry *table;
	size_t i;

	if (!info->liveupdate_id)
		return NULL;

	ser = iommu_liveupdate_find_device(dev);
	dir = iommu_restore_pages(ser->pasid_dir, size);
	if (!dir || ser->max_pasid != size << 3)
		intel_liveupdate_fail(info->iommu, "PASID directory %#llx of %s was not preserved",
				      ser->pasid_dir, dev_name(dev));

	/* There is one table, with one entry, that for requests without PASID */
	table = dir[0].val & 1 ?
		iommu_restore_pages(dir[0].val & VTD_PAGE_MASK, SZ_4K) : NULL;
	if (!table)
		intel_liveupdate_fail(info->iommu, "the PASID table of %s was not preserved",
				      dev_name(dev));
	for (i = 1; i < size / sizeof(*dir) && !dir[i].val; i++)
		;
	if (i != size / sizeof(*dir) ||
	    !intel_liveupdate_check_pasid(info->iommu, ser, table))
		intel_liveupdate_fail(info->iommu, "%s is not attached as recorded",
				      dev_name(dev));
	return dir;
}

/*
 * Each unit whose tables point to the domain may have cached translations with its
 * ID, also while no device behind it is probed.
 */
static int intel_liveupdate_hold_dids(struct dmar_domain *domain)
{
	struct intel_iommu_liveupdate *lu;
	int err;

	list_for_each_entry(lu, &intel_liveupdate_adopted, list) {
		void *did = xa_load(&lu->dids, domain->liveupdate_id);

		if (!did)
			continue;
		err = xa_err(xa_store(&lu->held, domain->liveupdate_id, did,
				      GFP_KERNEL));
		if (!err)
			err = domain_attach_iommu(domain, lu->iommu);
		if (err)
			return err;
	}

	return 0;
}

/**
 * intel_liveupdate_restore_domain - Make a domain around preserved page tables
 * @dev: Device that is attached to it.
 * @ser: Record of the domain, checked.
 *
 * Context: May sleep. Called while @dev is probed.
 * Return: The domain, or an ERR_PTR: -EINVAL if the unit or the format of the tables
 *         does not fit, -EOPNOTSUPP if the unit cannot track dirty pages as the
 *         domain can, -ENOMEM, or what pt_iommu_restore() returned. After a
 *         failure the tables are not to be freed.
 */
struct iommu_domain *intel_liveupdate_restore_domain(struct device *dev,
						     const struct iommu_domain_ser *ser)
{
	struct device_domain_info *info = dev_iommu_priv_get(dev);
	u32 flags = intel_liveupdate_alloc_flags(ser);
	struct dmar_domain *dmar_domain;
	struct iommu_domain *domain;
	int err;

	switch (ser->pt.format) {
	case IOMMU_PT_SER_VTDSS:
		domain = intel_iommu_domain_alloc_second_stage(dev, info->iommu,
							       flags);
		break;
	case IOMMU_PT_SER_X86_64:
		domain = intel_iommu_domain_alloc_first_stage(dev, info->iommu,
							      flags);
		break;
	default:
		return ERR_PTR(-EINVAL);
	}
	if (IS_ERR(domain))
		return domain;

	dmar_domain = to_dmar_domain(domain);
	if (ser->flags & IOMMU_DOMAIN_SER_FORCE_SNOOP) {
		dmar_domain->force_snooping = true;
		if (intel_domain_is_ss_paging(dmar_domain))
			dmar_domain->sspt.vtdss_pt.common.features |=
				BIT(PT_FEAT_VTDSS_FORCE_COHERENCE);
	}
	dmar_domain->liveupdate_id = ser->id;

	/* What was restored before a failure must not be freed: the caller panics */
	err = pt_iommu_restore(&dmar_domain->iommu, &ser->pt);
	if (!err)
		err = intel_liveupdate_hold_dids(dmar_domain);
	return err ? ERR_PTR(err) : domain;
}

/**
 * intel_liveupdate_finish_domain - Let go of domain IDs held for a domain
 * @domain: The domain, NULL if it was never restored.
 * @id: Of its record. One that no unit knows is ignored.
 *
 * Context: May sleep.
 */
void intel_liveupdate_finish_domain(struct iommu_domain *domain, u32 id)
{
	struct intel_iommu_liveupdate *lu;
	void *did;

	list_for_each_entry(lu, &intel_liveupdate_adopted, list) {
		did = xa_erase(&lu->held, id);
		if (did && domain)
			domain_detach_iommu(to_dmar_domain(domain), lu->iommu);
		did = xa_erase(&lu->dids, id);
		if (did)
			ida_free(&lu->iommu->domain_ida, xa_to_value(did));
	}
}

/**
 * intel_liveupdate_forget_device - Cut off a device that is not there any more
 * @ser: Its record.
 *
 * Context: May sleep. Nobody probes the device.
 */
void intel_liveupdate_forget_device(const struct iommu_device_ser *ser)
{
	struct intel_iommu_liveupdate *lu;
	struct context_entry *context;
	struct intel_iommu *iommu;

	list_for_each_entry(lu, &intel_liveupdate_adopted, list) {
		iommu = lu->iommu;
		if (iommu->reg_phys != ser->unit)
			continue;

		scoped_guard(spinlock, &iommu->lock) {
			context = intel_liveupdate_context(iommu->root_entry,
							   sm_supported(iommu),
							   ser->bdf);
			context_clear_present(context);
			__iommu_flush_cache(iommu, context, sizeof(*context));
		}
		iommu->flush.flush_context(iommu, 0, 0, 0, DMA_CCMD_GLOBAL_INVL);
		if (sm_supported(iommu))
			qi_flush_pasid_cache(iommu, 0, QI_PC_GLOBAL, 0);
		iommu->flush.flush_iotlb(iommu, 0, 0, 0, DMA_TLB_GLOBAL_FLUSH);
		context_clear_entry(context);
		__iommu_flush_cache(iommu, context, sizeof(*context));
	}
}
