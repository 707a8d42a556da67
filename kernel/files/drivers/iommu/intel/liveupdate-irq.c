// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d interrupt remapping across a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: VT-d Live Update, interrupt remapping
 *
 * A write to 0xFEExxxxx is an interrupt request, which no page table confines: a
 * device that keeps running can send one at any time, whatever its owner programmed
 * before the kexec. Interrupt remapping confines them, so it stays on as translation
 * does, and the table behind it lets nothing through.
 *
 * The table of a kernel ends with that kernel: its entries name vectors and
 * processors of that kernel, and its memory is not preserved. What crosses the kexec
 * is one preserved page of entries that are not present for each unit, the blocking
 * table.
 *
 * preserve
 *   The first device behind a unit brings the unit's blocking table, and a record of
 *   it. Interrupts keep using the table of the kernel.
 * shutdown
 *   The unit is switched to its blocking table, remapping being on. The kernel has
 *   masked the I/O APICs and turned off the local APIC by then, and has no use for
 *   interrupts any more.
 * boot
 *   The interrupt remapping driver does not turn remapping off, as it does with
 *   what an unknown kernel left. It switches the unit from the blocking table to its
 *   own, empty one, and then frees the former.
 *
 * Compatibility format interrupts are blocked as long as remapping is on, since no
 * kernel sets the bit that would let them pass.
 *
 * Units without preserved devices do not take part: they do not translate either.
 * Neither does a unit that does not remap interrupts when a device behind it is
 * preserved. iommufd binds such a device only with allow_unsafe_interrupts=1, which
 * says that it is trusted.
 *
 * The record is not in the FLB of the IOMMU core, since interrupt remapping is set up
 * long before LUO comes up. It is a subtree of Kexec Handover, added during boot and
 * empty as long as no device is preserved.
 *
 * Unhappy paths
 * =============
 *
 * A kernel that does not remap interrupts, or in another mode, cannot take over: it
 * panics, with remapping still on. So does one that finds a damaged record, another
 * table in the unit than the record says, or one that was not preserved or is not
 * empty.
 *
 * Locking
 * =======
 *
 * iommu_liveupdate_mutex protects the record for the next kernel. That of the previous
 * one is used during boot only.
 */

#define pr_fmt(fmt) "DMAR: liveupdate: " fmt

#include <linux/bitops.h>
#include <linux/dmar.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../iommu-pages.h"
#include "../irq_remapping.h"
#include "../liveupdate.h"
#include "iommu.h"
#include "liveupdate.h"

#define IRTA_EIME	BIT_ULL(11)

/* 2^(7 + 1) entries of 16 bytes */
#define IRTA_BLOCKING	7
#define BLOCKING_SIZE	SZ_4K

/* Of the units that are switched to a blocking table at shutdown */
static struct iommu_vtd_irqs_ser *intel_liveupdate_irqs_out;

/* Of the previous kernel, until all its units are taken over */
static struct iommu_vtd_irqs_ser *intel_liveupdate_irqs_in;
static unsigned int intel_liveupdate_irqs_adopted;
static bool intel_liveupdate_irqs_done;

static int intel_liveupdate_add_unit(struct intel_iommu *iommu, void *table)
{
	struct iommu_vtd_irqs_ser *out = intel_liveupdate_irqs_out;
	struct iommu_vtd_irq_ser *ser;

	if (!out)
		return -EOPNOTSUPP;
	if (out->nr_units == ARRAY_SIZE(out->units)) {
		pr_err("%s: no room to record its interrupt remapping, %u units have devices that keep running\n",
		       iommu->name, out->nr_units);
		return -ENOSPC;
	}

	ser = &out->units[out->nr_units++];
	ser->unit = iommu->reg_phys;
	ser->table = virt_to_phys(table);
	if (readq(iommu->reg + DMAR_IRTA_REG) & IRTA_EIME)
		ser->flags = IOMMU_VTD_IRQ_SER_EIME;
	return 0;
}

static void intel_liveupdate_del_unit(struct intel_iommu *iommu)
{
	struct iommu_vtd_irqs_ser *out = intel_liveupdate_irqs_out;
	struct iommu_vtd_irq_ser *ser = out->units, *last;

	while (ser->unit != iommu->reg_phys)
		ser++;
	last = &out->units[--out->nr_units];
	*ser = *last;
	memset(last, 0, sizeof(*last));
}

/**
 * intel_liveupdate_preserve_irqs - Get what a unit needs to block interrupts
 * @iommu: Unit whose first device is being preserved.
 *
 * Context: May sleep. Called with iommu_liveupdate_mutex held.
 * Return: 0 on success, also if the unit does not remap interrupts; or
 *         -ENOMEM if memory cannot be had,
 *         -ENOSPC if too many units have devices that keep running,
 *         -EOPNOTSUPP if Kexec Handover did not take the record during boot.
 */
int intel_liveupdate_preserve_irqs(struct intel_iommu *iommu)
{
	void *table;
	int err;

	lockdep_assert_held(&iommu_liveupdate_mutex);

	if (!(readl(iommu->reg + DMAR_GSTS_REG) & DMA_GSTS_IRES))
		return 0;

	table = iommu_alloc_pages_node_sz(iommu->node, GFP_KERNEL,
					  BLOCKING_SIZE);
	if (!table)
		return -ENOMEM;
	__iommu_flush_cache(iommu, table, BLOCKING_SIZE);

	err = iommu_preserve_pages(table);
	if (err)
		goto err_free;
	err = intel_liveupdate_add_unit(iommu, table);
	if (err)
		goto err_unpreserve;

	iommu->liveupdate->blocking_irqs = table;
	return 0;

err_unpreserve:
	iommu_unpreserve_pages(table);
err_free:
	iommu_free_pages(table);
	return err;
}

/**
 * intel_liveupdate_unpreserve_irqs - Undo intel_liveupdate_preserve_irqs()
 * @iommu: Unit whose last device is no longer preserved.
 *
 * Context: May sleep. Called with iommu_liveupdate_mutex held.
 */
void intel_liveupdate_unpreserve_irqs(struct intel_iommu *iommu)
{
	void *table = iommu->liveupdate->blocking_irqs;

	lockdep_assert_held(&iommu_liveupdate_mutex);

	if (!table)
		return;

	intel_liveupdate_del_unit(iommu);
	iommu_unpreserve_pages(table);
	iommu_free_pages(table);
	iommu->liveupdate->blocking_irqs = NULL;
}

/**
 * intel_liveupdate_block_irqs - Let no interrupt of a unit's devices through
 * @iommu: Unit with preserved devices.
 *
 * Context: Only one CPU is left, with interrupts off and all APICs disabled.
 */
void intel_liveupdate_block_irqs(struct intel_iommu *iommu)
{
	void *table = iommu->liveupdate->blocking_irqs;
	u64 eime;

	if (!table)
		return;

	eime = readq(iommu->reg + DMAR_IRTA_REG) & IRTA_EIME;
	intel_irq_remapping_set_table(iommu, virt_to_phys(table) | eime |
				      IRTA_BLOCKING);
}

/* The record of the previous kernel, NULL if no unit is in it */
static struct iommu_vtd_irqs_ser *intel_liveupdate_irqs_record(void)
{
	struct iommu_vtd_irqs_ser *ser;
	phys_addr_t phys;
	size_t size;
	int err;

	if (intel_liveupdate_irqs_in || intel_liveupdate_irqs_done)
		return intel_liveupdate_irqs_in;

	err = kho_retrieve_subtree(IOMMU_VTD_IRQS_SUBTREE, &phys, &size);
	if (err == -ENOENT)
		return NULL;
	if (err || size != sizeof(*ser) || !IS_ALIGNED(phys, PAGE_SIZE) ||
	    !pfn_valid(PHYS_PFN(phys)))
		panic("DMAR: liveupdate: cannot read the interrupt remapping record of the previous kernel\n");

	ser = phys_to_virt(phys);
	if (ser->version != IOMMU_VTD_IRQS_VERSION)
		panic("DMAR: liveupdate: the interrupt remapping record of the previous kernel has version %u, this kernel reads version %u\n",
		      ser->version, IOMMU_VTD_IRQS_VERSION);
	if (!ser->nr_units)
		return NULL;
	if (ser->nr_units > ARRAY_SIZE(ser->units))
		panic("DMAR: liveupdate: the interrupt remapping record of the previous kernel is damaged: %u units\n",
		      ser->nr_units);

	intel_liveupdate_irqs_in = ser;
	return ser;
}

static bool intel_liveupdate_has_unit(u64 phys)
{
	struct dmar_drhd_unit *drhd;

	for_each_drhd_unit(drhd) {
		if (drhd->reg_base_addr == phys)
			return true;
	}

	return false;
}

/* Whoever asks for one unit relies on the record of all of them */
static const struct iommu_vtd_irq_ser *
intel_liveupdate_find_irqs(struct intel_iommu *iommu)
{
	const struct iommu_vtd_irqs_ser *in = intel_liveupdate_irqs_record();
	const struct iommu_vtd_irq_ser *found = NULL;
	u32 i;

	for (i = 0; in && i < in->nr_units; i++) {
		if (!intel_liveupdate_has_unit(in->units[i].unit))
			panic("DMAR: liveupdate: the interrupt remapping record of the previous kernel is damaged: no unit at %#llx\n",
			      in->units[i].unit);
		if (in->units[i].unit == iommu->reg_phys)
			found = &in->units[i];
	}

	return found;
}

/**
 * intel_liveupdate_adopt_irqs - Take interrupt remapping of a unit over
 * @iommu: Unit that is being set up.
 * @eime:  Whether this kernel remaps interrupts in x2APIC mode.
 *
 * Context: Boot, or hotplug of the unit. Panics if the unit is not as the previous
 *          kernel says that it left it, since devices keep running behind it.
 * Return: The blocking table, which the unit uses: the caller switches to another one,
 *         does not turn remapping off for it, and frees the blocking table with
 *         iommu_free_pages(). NULL if the previous kernel left no running devices
 *         behind the unit.
 */
void *intel_liveupdate_adopt_irqs(struct intel_iommu *iommu, bool eime)
{
	const struct iommu_vtd_irq_ser *ser = intel_liveupdate_find_irqs(iommu);
	void *table;
	u64 irta;

	if (!ser)
		return NULL;

	if (LIVEUPDATE_SER_UNKNOWN(ser->flags, IOMMU_VTD_IRQ_SER_FLAGS) ||
	    ser->reserved)
		intel_liveupdate_fail(iommu,
				      "the interrupt remapping record is damaged (flags %#x)",
				      ser->flags);
	if (!(readl(iommu->reg + DMAR_GSTS_REG) & DMA_GSTS_IRES))
		intel_liveupdate_fail(iommu, "interrupt remapping is off");

	irta = ser->table | IRTA_BLOCKING;
	if (ser->flags & IOMMU_VTD_IRQ_SER_EIME)
		irta |= IRTA_EIME;
	if (readq(iommu->reg + DMAR_IRTA_REG) != irta)
		intel_liveupdate_fail(iommu, "the interrupt remapping table is %#llx, not %#llx",
				      readq(iommu->reg + DMAR_IRTA_REG), irta);
	if (eime != !!(ser->flags & IOMMU_VTD_IRQ_SER_EIME))
		intel_liveupdate_fail(iommu,
				      "interrupts are remapped in %s mode: keep nox2apic and intremap=",
				      eime ? "xAPIC" : "x2APIC");

	table = iommu_restore_pages(ser->table, BLOCKING_SIZE);
	if (!table)
		intel_liveupdate_fail(iommu,
				      "the interrupt remapping table %#llx was not preserved",
				      ser->table);
	if (memchr_inv(table, 0, BLOCKING_SIZE))
		intel_liveupdate_fail(iommu, "the interrupt remapping table %#llx is not empty",
				      ser->table);

	intel_liveupdate_irqs_adopted++;
	pr_info("%s: interrupt remapping stays on\n", iommu->name);
	return table;
}

/**
 * intel_liveupdate_irqs_failed - This kernel will not remap interrupts
 *
 * Context: Boot, before remapping is turned off. Panics if devices of the previous
 *          kernel keep running.
 */
void intel_liveupdate_irqs_failed(void)
{
	if (intel_liveupdate_irqs_record())
		panic("DMAR: liveupdate: this kernel does not remap interrupts, but devices of the previous kernel keep running: boot without nointremap, intremap=off, noapic, nolapic and acpi=off, and with CONFIG_IRQ_REMAP\n");
}

/* The boot processor has set up all units by now, or never will */
static int __init intel_liveupdate_check_irqs(void)
{
	struct iommu_vtd_irqs_ser *in = intel_liveupdate_irqs_record();

	intel_liveupdate_irqs_done = true;
	if (!in)
		return 0;

	if (!irq_remapping_enabled)
		intel_liveupdate_irqs_failed();
	if (intel_liveupdate_irqs_adopted != in->nr_units)
		panic("DMAR: liveupdate: interrupt remapping of %u units was handed over, this kernel uses %u of them\n",
		      in->nr_units, intel_liveupdate_irqs_adopted);

	intel_liveupdate_irqs_in = NULL;
	kho_restore_free(in);
	return 0;
}
early_initcall(intel_liveupdate_check_irqs);

/* No unit is in it until the first device is preserved */
static int __init intel_liveupdate_init_irqs(void)
{
	struct iommu_vtd_irqs_ser *out;
	int err;

	if (!liveupdate_enabled())
		return 0;

	out = kho_alloc_preserve(sizeof(*out));
	if (IS_ERR(out))
		return PTR_ERR(out);

	out->version = IOMMU_VTD_IRQS_VERSION;
	err = kho_add_subtree(IOMMU_VTD_IRQS_SUBTREE, out, sizeof(*out));
	if (err) {
		kho_unpreserve_free(out);
		return err;
	}

	intel_liveupdate_irqs_out = out;
	return 0;
}
late_initcall(intel_liveupdate_init_irqs);
