// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual functions in a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update, virtual functions
 *
 * A virtual function (VF) exists as long as its physical function (PF) has VF Enable
 * set, and its BARs are part of those in the SR-IOV capability of the PF. So the PF is
 * fabric to a VF, like the bridges above: it gets an entry when the first of its VFs
 * is preserved, needs no file of its own, and always counts as running, even if the
 * VFs themselves are handed over idle.
 *
 * Kept
 * ====
 *
 * - VF Enable, VF Memory Space Enable, NumVFs, the page size, ARI Capable Hierarchy
 *   and the VF BARs. Nothing of the SR-IOV capability is written.
 * - All VFs of the PF with their addresses, preserved or not.
 * - ``sriov_drivers_autoprobe``, and how many VFs the driver of the PF allows.
 * - Bus Master Enable and the BARs of the PF.
 *
 * Not kept
 * ========
 *
 * - State that the driver of the PF holds for the VFs. That driver has to leave them
 *   alone when it is shut down, see liveupdate-physfn.c.
 * - DMA of the PF, unless the PF itself is preserved and keeps running: the IOMMU blocks
 *   it.
 *
 * Life cycle
 * ==========
 *
 * 1. Preserving the first VF records the SR-IOV capability of the PF. From now on
 *    NumVFs cannot be changed.
 * 2. In the next kernel pci_iov_init() takes over what it finds in the capability, if
 *    that agrees with the record, and takes the sizes of the VF BARs from the record.
 * 3. A VF does not answer to the scan of a bus. All of them are added by a
 *    rootfs_initcall: it runs after the IOMMU driver has registered the notifier that
 *    gives them the interrupt domain of the PF, and before any driver is registered.
 *    For the link order it has to be in drivers/, as pci_iommu_init() is in arch/.
 *
 * Unhappy paths
 * =============
 *
 * - A reset of the PF would clear VF Enable. While a VF is handed over, the PF is
 *   neither reset nor opened by anybody who would reset it.
 * - So would the driver of the PF, when it is unbound. Unbinding waits until no VF is
 *   handed over any more, or leaves all as it is if the kexec is certain.
 * - The PF is pulled out: its VFs are removed with it, which stops them.
 * - The PF has gone, or its SR-IOV capability differs from the record: no VFs are
 *   added. Their owners cannot retrieve them, and their sessions can be discarded.
 * - A VF cannot be added: the log says so, the others are kept.
 * - The PF is found only after boot: no VFs are added, as if they were lost.
 *
 * Locking
 * =======
 *
 * Preserving a VF holds the lock of the PF, so that its driver stays. It is only tried
 * for, as the driver may be waiting for that VF.
 */

#define pr_fmt(fmt) "PCI: liveupdate: " fmt

#include <linux/kho/abi/pci.h>
#include <linux/pci.h>

#include "pci.h"
#include "liveupdate.h"

/**
 * pci_liveupdate_check_physfn - Check whether the VFs of a device can be preserved.
 * @pf: Physical function, borrowed.
 *
 * Context: Any, with the lock of @pf held.
 * Return: NULL if they can, or the keyword of the reason.
 */
const char *pci_liveupdate_check_physfn(struct pci_dev *pf)
{
	device_lock_assert(&pf->dev);

	/* Without a driver it is left alone, if it is to stay so */
	if (!pci_liveupdate_detaches(pf) &&
	    (!pf->driver || !pf->driver->liveupdate_vfs))
		return "physfn-driver";
	if (pf->sriov->vf_rebar_cap)
		return "physfn-vf-rebar";
	if (pf->sriov->link != pf->devfn)
		return "physfn-link";
	return NULL;
}

/* Not whether @pf itself is tracked, which it is for its own file, too */
static bool pci_liveupdate_tracks_vfs(struct pci_dev *pf)
{
	struct pci_dev *vf = NULL;

	for_each_pci_dev(vf) {
		if (vf->is_virtfn && pci_physfn(vf) == pf &&
		    pci_liveupdate_is_tracked(vf)) {
			pci_dev_put(vf);
			return true;
		}
	}

	return false;
}

/**
 * pci_liveupdate_vfs_busy - Keep a physical function from losing virtual ones.
 * @pf:   Any device, borrowed.
 * @what: What somebody asked for that would end its virtual functions, to be read
 *        before "refused".
 *
 * Context: May sleep.
 * Return: 0 if no Live Update depends on virtual functions of @pf, or
 *         -EBUSY if one does, which is logged.
 */
int pci_liveupdate_vfs_busy(struct pci_dev *pf, const char *what)
{
	if (!pci_num_vf(pf) || !pci_liveupdate_is_tracked(pf) ||
	    !pci_liveupdate_tracks_vfs(pf))
		return 0;

	return pci_liveupdate_busy(pf, what);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_vfs_busy);

/**
 * pci_liveupdate_inherited_vfs - Check whether VFs are older than this kernel
 * @pf: Any device, borrowed.
 *
 * Context: Any.
 * Return: true for a physical function whose virtual ones the previous kernel enabled,
 *         until they are disabled.
 */
bool pci_liveupdate_inherited_vfs(struct pci_dev *pf)
{
	return pf->is_physfn && pf->sriov->inherited;
}
EXPORT_SYMBOL_GPL(pci_liveupdate_inherited_vfs);

/**
 * pci_liveupdate_stop_physfn - Take virtual functions along with their physical one.
 * @pf: Any device that is being removed, with its driver unbound, borrowed.
 *
 * Those of the previous kernel have nobody else who would disable them: there may
 * never have been a driver.
 *
 * Context: Removal, with pci_rescan_remove_lock held.
 */
void pci_liveupdate_stop_physfn(struct pci_dev *pf)
{
	if (pci_liveupdate_inherited_vfs(pf))
		pci_disable_sriov(pf);
}

/**
 * pci_liveupdate_record_sriov - Record SR-IOV for the next kernel.
 * @pf:  Physical function with virtual functions, borrowed.
 * @ser: Its entry.
 *
 * Context: Called with pci_liveupdate_rwsem held.
 */
void pci_liveupdate_record_sriov(struct pci_dev *pf,
				 struct pci_liveupdate_sriov_ser *ser)
{
	const struct pci_sriov *iov = pf->sriov;
	struct resource *res;
	int i;

	*ser = (struct pci_liveupdate_sriov_ser) {
		.domain = pci_domain_nr(pf->bus),
		.bdf = pci_dev_id(pf),
		.flags = PCI_LIVEUPDATE_DEV_SRIOV,
		.refcount = 1,
		.num_vfs = iov->num_VFs,
		.offset = iov->offset,
		.stride = iov->stride,
		.max_vfs = iov->driver_max_VFs,
		.last_bus = iov->max_VF_buses,
		.options = (iov->drivers_autoprobe ?
			    PCI_LIVEUPDATE_SRIOV_AUTOPROBE : 0) |
			   (pci_liveupdate_detaches(pf) ?
			    PCI_LIVEUPDATE_SRIOV_DETACHED : 0),
	};

	for (i = 0; i < PCI_SRIOV_NUM_BARS; i++) {
		res = pci_resource_n(pf, pci_resource_num_from_vf_bar(i));
		if (res->flags && res->parent)
			ser->size[i] = iov->barsz[i];
	}
}

static bool pci_liveupdate_same_sriov(struct pci_dev *pf, int pos,
				      const struct pci_liveupdate_sriov_ser *ser)
{
	u16 ctrl, total, num, offset, stride;

	pci_read_config_word(pf, pos + PCI_SRIOV_CTRL, &ctrl);
	pci_read_config_word(pf, pos + PCI_SRIOV_TOTAL_VF, &total);
	pci_read_config_word(pf, pos + PCI_SRIOV_NUM_VF, &num);
	pci_read_config_word(pf, pos + PCI_SRIOV_VF_OFFSET, &offset);
	pci_read_config_word(pf, pos + PCI_SRIOV_VF_STRIDE, &stride);

	if (ctrl & PCI_SRIOV_CTRL_VFE && ctrl & PCI_SRIOV_CTRL_MSE &&
	    num == ser->num_vfs && num <= total && offset == ser->offset &&
	    stride == ser->stride)
		return true;

	pci_err(pf, "liveupdate: lost its virtual functions: control %#x, %u of %u, offset %u of %u, stride %u of %u\n",
		ctrl, num, ser->num_vfs, offset, ser->offset, stride,
		ser->stride);
	return false;
}

/**
 * pci_liveupdate_inherit_sriov - Check whether SR-IOV of a device must stay as it is
 * @pf:  Device that is being enumerated, borrowed.
 * @pos: Its SR-IOV capability.
 *
 * Context: Enumeration.
 * Return: true if the previous kernel handed over virtual functions of @pf and they
 *         are still there.
 */
bool pci_liveupdate_inherit_sriov(struct pci_dev *pf, int pos)
{
	struct pci_liveupdate_sriov_ser ser;

	if (!pci_liveupdate_get_sriov_record(pf, &ser))
		return false;

	if (!pci_liveupdate_comes_running(pf)) {
		pci_err(pf, "liveupdate: lost its virtual functions: it was reset\n");
		return false;
	}

	return pci_liveupdate_same_sriov(pf, pos, &ser);
}

/**
 * pci_liveupdate_size_vf_bars - Size the VF BARs of a device from its record.
 * @pf:   Device that is being enumerated, borrowed.
 * @pos:  Its SR-IOV capability.
 * @bars: Filled in with what the VF BARs would read after writing all ones.
 *
 * Context: Enumeration, after pci_liveupdate_inherit_sriov() returned true.
 */
void pci_liveupdate_size_vf_bars(struct pci_dev *pf, int pos, u32 *bars)
{
	struct pci_liveupdate_sriov_ser ser = {};

	/* Without a record there is no BAR, rather than one of an unknown size */
	pci_liveupdate_get_sriov_record(pf, &ser);
	pci_liveupdate_fill_bars(pf, pos + PCI_SRIOV_BAR, PCI_SRIOV_NUM_BARS,
				 ser.size, bars);
}

/**
 * pci_liveupdate_inherit_vfs - Take over what describes the virtual functions.
 * @pf: Device that is being enumerated, with the resources of its VF BARs read,
 *      borrowed.
 *
 * Context: Enumeration, after pci_liveupdate_inherit_sriov() returned true.
 */
void pci_liveupdate_inherit_vfs(struct pci_dev *pf)
{
	struct pci_sriov *iov = pf->sriov;
	struct pci_liveupdate_sriov_ser ser;
	struct resource *res;
	int i;

	if (!pci_liveupdate_get_sriov_record(pf, &ser))
		return;

	iov->offset = ser.offset;
	iov->stride = ser.stride;
	iov->max_VF_buses = ser.last_bus;
	iov->driver_max_VFs = min(ser.max_vfs, iov->total_VFs);
	iov->drivers_autoprobe = ser.options & PCI_LIVEUPDATE_SRIOV_AUTOPROBE;

	for (i = 0; i < PCI_SRIOV_NUM_BARS; i++) {
		res = pci_resource_n(pf, pci_resource_num_from_vf_bar(i));
		if (res->flags)
			res->flags |= IORESOURCE_PCI_FIXED;
	}
}

static void __init pci_liveupdate_add_vfs(struct pci_dev *pf)
{
	struct pci_sriov *iov = pf->sriov;
	struct pci_liveupdate_sriov_ser ser;
	int i, ret;

	/* Without VF Enable it lost them, which the log says */
	if (!pci_liveupdate_get_sriov_record(pf, &ser) ||
	    !pci_liveupdate_comes_running(pf) ||
	    !(iov->ctrl & PCI_SRIOV_CTRL_VFE))
		return;

	pci_read_config_word(pf, iov->pos + PCI_SRIOV_INITIAL_VF,
			     &iov->initial_VFs);
	for (i = 0; i < ser.num_vfs; i++) {
		ret = pci_iov_add_virtfn(pf, i);
		if (ret)
			pci_err(pf, "liveupdate: cannot add virtual function %d (%pe), its owner cannot get it back\n",
				i, ERR_PTR(ret));
	}
	iov->num_VFs = ser.num_vfs;
	iov->detached = ser.options & PCI_LIVEUPDATE_SRIOV_DETACHED;
	iov->inherited = true;
	pci_info(pf, "liveupdate: %u virtual functions are back\n", ser.num_vfs);
}

static int __init pci_liveupdate_sriov_init(void)
{
	struct pci_dev *pf = NULL;

	pci_lock_rescan_remove();
	for_each_pci_dev(pf)
		if (pf->is_physfn)
			pci_liveupdate_add_vfs(pf);
	pci_unlock_rescan_remove();
	return 0;
}
rootfs_initcall(pci_liveupdate_sriov_init);
