// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preservation of PCI devices across a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update
 *
 * The PCI core records, for the next kernel, which devices are preserved by
 * their drivers across a kexec and which bridges lead to them, and treats these
 * devices with care in both kernels. It is used by drivers that register a Live
 * Update Orchestrator (LUO) file handler, such as vfio-pci.
 *
 * What is kept
 * ============
 *
 * - The identity of each preserved device: segment, bus, device and function.
 *   All bridges keep their bus numbers in the new kernel, whatever
 *   ``pci=assign-busses`` says.
 * - ACS Control of preserved devices and of the bridges above them, whatever
 *   ``pci=config_acs=`` says, so that routing and IOMMU groups stay the same.
 * - ARI Forwarding of the bridges above them.
 * - Bus Master Enable of both at kexec. The driver decides whether the device
 *   itself runs on, and says so with pci_liveupdate_set_running().
 * - Of devices that run on and of the bridges above them: BARs, bridge windows and
 *   all PCI Express settings. See liveupdate-silent.c.
 * - MSI-X interrupts of devices that run on, until their owner handles them again.
 *   See liveupdate-msix.c.
 *
 * What is not kept
 * ================
 *
 * Everything else: MSI, vectors of MSI-X, ATS, PASID, PRI, power states other than
 * D0; BARs, bridge windows and payload sizes of devices that do not run on. The
 * driver of a device that relies on any of it has to carry it over itself. Devices
 * without a reset method and devices below anything but plain PCI Express ports are
 * refused. For virtual functions see liveupdate-sriov.c.
 *
 * Life cycle
 * ==========
 *
 * 1. The driver registers the PCI FLB with its file handler,
 *    pci_liveupdate_register_flb(). LUO makes the outgoing state before the
 *    first file of that handler is preserved.
 * 2. The handler calls pci_liveupdate_preserve(). The device, the physical function
 *    it may be part of and each bridge up to the root port get an entry in memory
 *    that Kexec Handover preserves. If the device is to run on, it calls
 *    pci_liveupdate_set_running() next.
 * 3. kexec. When the first preserved device is shut down the outgoing state is
 *    frozen; preserved devices and bridges keep Bus Master Enable.
 * 4. The new kernel reads the entries before it scans PCI. A device that has
 *    one is *incoming*: no driver is bound to it but one that ``driver_override``
 *    names, it stays in D0, and it is not reset by others.
 * 5. The handler calls pci_liveupdate_retrieve() when the owner takes the device
 *    back, and pci_liveupdate_finish() when LUO ends the session. Then the
 *    device is like any other.
 *
 * Unhappy paths
 * =============
 *
 * - Closing the session before kexec calls pci_liveupdate_unpreserve().
 * - Entries that the new kernel cannot read or does not understand stop the
 *   boot with a panic: devices may be writing to memory which that kernel is
 *   about to give to somebody else.
 * - So does a driver that lets LUO finish its last file without having finished
 *   a device: its state is lost at that point.
 * - Error recovery (AER, DPC) resets a device that runs: it is stopped then, and
 *   its owner gets it idle.
 * - A device that is gone when its session ends is forgotten with
 *   pci_liveupdate_finish_absent().
 *
 * Locking
 * =======
 *
 * pci_liveupdate_rwsem protects the outgoing and the incoming state and the
 * state in each struct pci_dev. It is the innermost lock, except for the
 * allocator's and Kexec Handover's: LUO calls the FLB operations with its own
 * locks held, enumeration asks with pci_rescan_remove_lock held. No LUO function
 * may be called with it held.
 *
 *   luo_session->mutex -> luo_register_rwlock -> FLB lock -> pci_liveupdate_rwsem
 *   pci_rescan_remove_lock -> pci_liveupdate_rwsem
 *   pci_bus_sem -> pci_liveupdate_rwsem
 */

#define pr_fmt(fmt) "PCI: liveupdate: " fmt

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/pci.h>
#include <linux/kho_block.h>
#include <linux/liveupdate.h>
#include <linux/rwsem.h>
#include <linux/slab.h>

#include "pci.h"
#include "liveupdate.h"

/**
 * struct pci_liveupdate_slot - Place of one device in the outgoing state.
 * @ser:   Entry in preserved memory.
 * @sriov: Slot with the SR-IOV entry of a physical function with virtual ones.
 * @own:   The device itself is preserved, not only what depends on it.
 * @runs:  It is, and runs on for its own sake.
 * @free:  Links the slot into &pci_liveupdate_outgoing.free while unused.
 */
struct pci_liveupdate_slot {
	struct pci_liveupdate_dev_ser *ser;
	struct pci_liveupdate_slot *sriov;
	bool own;
	bool runs;
	struct list_head free;
};

/**
 * struct pci_liveupdate_outgoing - State for the next kernel.
 * @ser:      Root in preserved memory.
 * @blocks:   Entries in preserved memory.
 * @tail:     Where the next new entry goes in @blocks.
 * @nr_slots: Entries in @blocks, free ones included.
 * @nr_free:  Free entries.
 * @nr_sriov: Entries for SR-IOV.
 * @free:     Slots to be used again before @blocks grows.
 * @frozen:   Past the point of no return, nothing may change any more.
 */
struct pci_liveupdate_outgoing {
	struct pci_liveupdate_ser *ser;
	struct kho_block_set blocks;
	struct kho_block_set_it tail;
	u64 nr_slots;
	u64 nr_free;
	u64 nr_sriov;
	struct list_head free;
	bool frozen;
};

/* PCIe demands that a function answers by then, unless it asks for more time */
#define PCI_LIVEUPDATE_RESET_MS		1000

/* How long to wait for the lock of a physical function */
#define PCI_LIVEUPDATE_LOCK_MS		1000

DECLARE_RWSEM(pci_liveupdate_rwsem);
static struct pci_liveupdate_outgoing *pci_liveupdate_outgoing;

static int pci_liveupdate_flb_preserve(struct liveupdate_flb_op_args *args)
{
	struct pci_liveupdate_outgoing *out;
	struct pci_liveupdate_ser *ser;

	out = kzalloc_obj(*out);
	if (!out)
		return -ENOMEM;

	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser)) {
		kfree(out);
		return PTR_ERR(ser);
	}

	ser->version = PCI_LIVEUPDATE_VERSION_NO_VFS;
	out->ser = ser;
	kho_block_set_init(&out->blocks, sizeof(struct pci_liveupdate_dev_ser));
	INIT_LIST_HEAD(&out->free);

	scoped_guard(rwsem_write, &pci_liveupdate_rwsem)
		pci_liveupdate_outgoing = out;

	args->obj = out;
	args->data = virt_to_phys(ser);
	return 0;
}

static void pci_liveupdate_flb_unpreserve(struct liveupdate_flb_op_args *args)
{
	struct pci_liveupdate_outgoing *out = args->obj;
	struct pci_liveupdate_slot *slot, *tmp;

	scoped_guard(rwsem_write, &pci_liveupdate_rwsem)
		pci_liveupdate_outgoing = NULL;

	WARN_ON_ONCE(out->nr_free != out->nr_slots);
	list_for_each_entry_safe(slot, tmp, &out->free, free)
		kfree(slot);
	kho_block_set_destroy(&out->blocks);
	kho_unpreserve_free(out->ser);
	kfree(out);
}

static struct pci_liveupdate_slot *
pci_liveupdate_alloc_slot(struct pci_liveupdate_outgoing *out)
{
	struct pci_liveupdate_slot *slot;
	int err;

	slot = list_first_entry_or_null(&out->free, struct pci_liveupdate_slot,
					free);
	if (slot) {
		list_del(&slot->free);
		out->nr_free--;
		return slot;
	}

	slot = kzalloc_obj(*slot);
	if (!slot)
		return ERR_PTR(-ENOMEM);

	err = kho_block_set_grow(&out->blocks, out->nr_slots + 1);
	if (err) {
		kfree(slot);
		return ERR_PTR(err);
	}

	if (!out->tail.block)
		kho_block_set_it_init(&out->tail, &out->blocks);
	slot->ser = kho_block_set_it_reserve_entry(&out->tail);
	out->nr_slots++;
	out->ser->devices = kho_block_set_head_pa(&out->blocks);

	return slot;
}

static void pci_liveupdate_free_slot(struct pci_liveupdate_outgoing *out,
				     struct pci_liveupdate_slot *slot)
{
	slot->ser->refcount = 0;
	list_add(&slot->free, &out->free);
	out->nr_free++;
}

/* NumVFs cannot change while the physical function is in the outgoing state. */
static int pci_liveupdate_get_sriov(struct pci_liveupdate_outgoing *out,
				    struct pci_dev *pf)
{
	struct pci_liveupdate_slot *slot = pf->liveupdate.slot, *sriov;

	if (slot->sriov || !pci_num_vf(pf))
		return 0;

	sriov = pci_liveupdate_alloc_slot(out);
	if (IS_ERR(sriov))
		return PTR_ERR(sriov);

	pci_liveupdate_record_sriov(pf, (void *)sriov->ser);
	slot->sriov = sriov;
	slot->ser->flags |= PCI_LIVEUPDATE_DEV_PF;
	out->nr_sriov++;
	out->ser->version = PCI_LIVEUPDATE_VERSION;
	return 0;
}

static void pci_liveupdate_put_sriov(struct pci_liveupdate_outgoing *out,
				     struct pci_liveupdate_slot *slot)
{
	if (!slot->sriov)
		return;

	pci_liveupdate_free_slot(out, slot->sriov);
	slot->sriov = NULL;
	if (!--out->nr_sriov)
		out->ser->version = PCI_LIVEUPDATE_VERSION_NO_VFS;
}

static void pci_liveupdate_set_own(struct pci_liveupdate_slot *slot, bool own)
{
	slot->own = own;
	slot->runs = false;
	slot->ser->flags &= ~PCI_LIVEUPDATE_DEV_OWN;
	if (own && slot->sriov)
		slot->ser->flags |= PCI_LIVEUPDATE_DEV_OWN;
}

/* The path of a virtual function runs even if the function is handed over idle. */
static bool pci_liveupdate_above_vf(struct pci_dev *dev, struct pci_dev *pos)
{
	return dev->is_virtfn && pos != dev;
}

static void pci_liveupdate_run_slot(struct pci_dev *dev)
{
	struct pci_liveupdate_dev_ser *ser = dev->liveupdate.slot->ser;

	if (!ser->running++)
		pci_liveupdate_record(dev, ser);
	WRITE_ONCE(dev->liveupdate.running_out, true);
}

static void pci_liveupdate_put_slot(struct pci_liveupdate_outgoing *out,
				    struct pci_dev *dev, bool own, bool running)
{
	struct pci_liveupdate_slot *slot = dev->liveupdate.slot;

	if (WARN_ON_ONCE(!dev->liveupdate.out))
		return;
	if (own)
		pci_liveupdate_set_own(slot, false);
	if (running && !--slot->ser->running)
		WRITE_ONCE(dev->liveupdate.running_out, false);
	if (--slot->ser->refcount)
		return;

	pci_liveupdate_put_sriov(out, slot);
	WRITE_ONCE(dev->liveupdate.out, PCI_LIVEUPDATE_OUT_NONE);
	dev->liveupdate.slot = NULL;
	pci_liveupdate_free_slot(out, slot);
}

/* A reference of @dev to what it depends on, or to itself. */
static int pci_liveupdate_get_slot(struct pci_liveupdate_outgoing *out,
				   struct pci_dev *dev, struct pci_dev *pos)
{
	struct pci_liveupdate_slot *slot = pos->liveupdate.slot;
	int err;

	if (pos->liveupdate.out) {
		slot->ser->refcount++;
	} else {
		slot = pci_liveupdate_alloc_slot(out);
		if (IS_ERR(slot))
			return PTR_ERR(slot);

		*slot->ser = (struct pci_liveupdate_dev_ser) {
			.domain = pci_domain_nr(pos->bus),
			.bdf = pci_dev_id(pos),
			.flags = pci_is_bridge(pos) ?
					 PCI_LIVEUPDATE_DEV_BRIDGE :
				 pos->is_virtfn ? PCI_LIVEUPDATE_DEV_VF : 0,
			.refcount = 1,
		};
		pos->liveupdate.slot = slot;
		WRITE_ONCE(pos->liveupdate.out, PCI_LIVEUPDATE_OUT_PRESERVED);
	}

	err = pci_liveupdate_get_sriov(out, pos);
	if (err) {
		pci_liveupdate_put_slot(out, pos, false, false);
		return err;
	}
	if (pos == dev)
		pci_liveupdate_set_own(slot, true);
	if (pci_liveupdate_above_vf(dev, pos))
		pci_liveupdate_run_slot(pos);
	return 0;
}

static const char *pci_liveupdate_check_bridge(struct pci_dev *bridge)
{
	if (!pci_is_pcie(bridge))
		return "conventional-bridge";

	switch (pci_pcie_type(bridge)) {
	case PCI_EXP_TYPE_ROOT_PORT:
	case PCI_EXP_TYPE_UPSTREAM:
	case PCI_EXP_TYPE_DOWNSTREAM:
		return NULL;
	default:
		return "conventional-bridge";
	}
}

static const char *pci_liveupdate_check_endpoint(struct pci_dev *dev)
{
	struct device *parent;

	if (!liveupdate_enabled())
		return "live-update-off";
	if (dev->hdr_type != PCI_HEADER_TYPE_NORMAL)
		return "not-an-endpoint";
	/* Other requester IDs would have to be inherited, too */
	if (dev->dma_alias_mask &&
	    !bitmap_empty(dev->dma_alias_mask, MAX_NR_DEVFNS))
		return "dma-aliases";
	/* VMD and the like: the segment exists only once its driver is bound */
	parent = pci_find_host_bridge(dev->bus)->dev.parent;
	if (parent && dev_is_pci(parent))
		return "host-bridge-is-pci";
	if (!pci_reset_supported(dev))
		return "no-reset-method";
	return NULL;
}

static int pci_liveupdate_check_path(struct pci_dev *dev,
				     struct pci_liveupdate_refusal *refusal)
{
	struct pci_dev *pos;

	refusal->dev = dev;
	refusal->reason = pci_liveupdate_check_endpoint(dev);
	if (refusal->reason)
		return -EINVAL;

	for (pos = dev; pos; pos = pci_liveupdate_parent(pos)) {
		refusal->dev = pos;
		if (pci_is_bridge(pos))
			refusal->reason = pci_liveupdate_check_bridge(pos);
		else if (pos != dev)
			refusal->reason = pci_liveupdate_check_physfn(pos);
		/* The driver of the router resets it, and makes new tunnels */
		if (!refusal->reason &&
		    (pos->external_facing || pos->untrusted ||
		     pos->is_thunderbolt))
			refusal->reason = "external";
		/* Such a quirk computes ACS, it cannot inherit it */
		if (!refusal->reason && pci_dev_needs_specific_acs(pos))
			refusal->reason = "acs-quirk";
		if (refusal->reason)
			return -EINVAL;
	}

	return 0;
}

/**
 * pci_liveupdate_check - Check whether a device can be preserved
 * @dev:     Device, borrowed.
 * @refusal: Filled in if it cannot.
 *
 * Looks at what only depends on the device and the fabric above it, not at
 * whether it is preserved already.
 *
 * Context: Any. The device must not be removed meanwhile.
 * Return: 0 if it can, -EINVAL if it cannot, or
 *         -EBUSY if its physical function is being bound or unbound.
 */
int pci_liveupdate_check(struct pci_dev *dev,
			 struct pci_liveupdate_refusal *refusal)
{
	struct pci_dev *pf = dev->is_virtfn ? pci_physfn(dev) : NULL;
	int err;

	/* Removing the file that asks may be what its unbind waits for */
	if (pf && !device_trylock(&pf->dev)) {
		refusal->dev = pf;
		refusal->reason = "physfn-busy";
		return -EBUSY;
	}

	err = pci_liveupdate_check_path(dev, refusal);

	if (pf)
		device_unlock(&pf->dev);
	return err;
}

/* The driver of a physical function may be waiting for its virtual ones to go. */
static bool pci_liveupdate_lock_physfn(struct pci_dev *dev)
{
	bool locked;

	return !dev->is_virtfn ||
	       !read_poll_timeout(device_trylock, locked, locked, USEC_PER_MSEC,
				  PCI_LIVEUPDATE_LOCK_MS * USEC_PER_MSEC, false,
				  &pci_physfn(dev)->dev);
}

static void pci_liveupdate_unlock_physfn(struct pci_dev *dev)
{
	if (dev->is_virtfn)
		device_unlock(&pci_physfn(dev)->dev);
}

static int pci_liveupdate_add_path(struct pci_dev *dev)
{
	struct pci_liveupdate_refusal refusal;
	struct pci_liveupdate_outgoing *out;
	struct pci_dev *pos, *undo;
	int err;

	guard(rwsem_write)(&pci_liveupdate_rwsem);

	out = pci_liveupdate_outgoing;
	if (!out)
		return -ENOENT;
	if (out->frozen) {
		pci_warn(dev, "liveupdate: too late to be preserved\n");
		return -EINVAL;
	}
	if (dev->liveupdate.out && dev->liveupdate.slot->own)
		return -EBUSY;

	err = pci_liveupdate_check_path(dev, &refusal);
	if (err) {
		pci_info_ratelimited(dev, "liveupdate: cannot be preserved: %s: %s\n",
				     pci_name(refusal.dev), refusal.reason);
		return err;
	}

	for (pos = dev; pos; pos = pci_liveupdate_parent(pos)) {
		err = pci_liveupdate_get_slot(out, dev, pos);
		if (err)
			goto err_undo;
	}

	pci_info(dev, "liveupdate: preserved\n");
	return 0;

err_undo:
	for (undo = dev; undo != pos; undo = pci_liveupdate_parent(undo))
		pci_liveupdate_put_slot(out, undo, undo == dev,
					pci_liveupdate_above_vf(dev, undo));
	return err;
}

/**
 * pci_liveupdate_preserve - Preserve a device across the next Live Update.
 * @dev: Endpoint, borrowed. The caller keeps its driver bound until
 *       pci_liveupdate_unpreserve() or kexec.
 *
 * Records @dev and all that it depends on for the next kernel. To be called by the
 * preserve() operation of a file handler with which the PCI FLB is registered.
 *
 * Context: May sleep. Takes pci_liveupdate_rwsem.
 * Return: 0 on success, or
 *         -EBUSY if @dev is preserved already, or its physical function is being
 *         bound or unbound,
 *         -EINVAL if @dev cannot be preserved (the log says why) or the state is
 *         frozen,
 *         -ENOENT if there is no outgoing state,
 *         -ENOMEM or -ENOSPC if memory cannot be had, or
 *         what the driver of its physical function refused with.
 */
int pci_liveupdate_preserve(struct pci_dev *dev)
{
	int err;

	if (!pci_liveupdate_lock_physfn(dev)) {
		pci_info(dev, "liveupdate: cannot be preserved: %s is being bound or unbound\n",
			 pci_name(pci_physfn(dev)));
		return -EBUSY;
	}

	err = pci_liveupdate_get_physfn(dev);
	if (err)
		goto out_unlock;

	err = pci_liveupdate_add_path(dev);
	if (err)
		pci_liveupdate_put_physfn(dev);

out_unlock:
	pci_liveupdate_unlock_physfn(dev);
	return err;
}
EXPORT_SYMBOL_GPL(pci_liveupdate_preserve);

/**
 * pci_liveupdate_unpreserve - Undo pci_liveupdate_preserve().
 * @dev: The preserved endpoint, borrowed.
 *
 * Context: May sleep. Takes pci_liveupdate_rwsem.
 */
void pci_liveupdate_unpreserve(struct pci_dev *dev)
{
	struct pci_liveupdate_outgoing *out;
	struct pci_dev *pos;
	bool running;

	scoped_guard(rwsem_write, &pci_liveupdate_rwsem) {
		out = pci_liveupdate_outgoing;
		if (WARN_ON_ONCE(!out || !dev->liveupdate.out))
			return;
		if (out->frozen) {
			pci_warn(dev, "liveupdate: too late to be given up, stays preserved\n");
			return;
		}

		running = dev->liveupdate.slot->runs;
		for (pos = dev; pos; pos = pci_liveupdate_parent(pos))
			pci_liveupdate_put_slot(out, pos, pos == dev, running ||
						pci_liveupdate_above_vf(dev, pos));
	}

	pci_liveupdate_put_physfn(dev);
	pci_info(dev, "liveupdate: no longer preserved\n");
}
EXPORT_SYMBOL_GPL(pci_liveupdate_unpreserve);

/**
 * pci_liveupdate_set_running - A preserved device runs on through the kexec.
 * @dev: Endpoint that is preserved, borrowed. Its driver neither stops nor resets
 *       it, and its Bus Master Enable, BARs and power state stay as they are.
 *
 * Records, for @dev and for each bridge above it, what the next kernel could
 * otherwise only learn by writing to them. Without effect once the state is
 * frozen. Undone by pci_liveupdate_unpreserve().
 *
 * Context: May sleep. Takes pci_liveupdate_rwsem.
 */
void pci_liveupdate_set_running(struct pci_dev *dev)
{
	struct pci_dev *pos;

	guard(rwsem_write)(&pci_liveupdate_rwsem);

	if (WARN_ON_ONCE(!dev->liveupdate.out || dev->liveupdate.slot->runs))
		return;
	if (pci_liveupdate_outgoing->frozen) {
		pci_warn(dev, "liveupdate: too late to run on\n");
		return;
	}

	dev->liveupdate.slot->runs = true;
	for (pos = dev; pos; pos = pci_liveupdate_parent(pos))
		if (!pci_liveupdate_above_vf(dev, pos))
			pci_liveupdate_run_slot(pos);
	pci_info(dev, "liveupdate: runs on\n");
}
EXPORT_SYMBOL_GPL(pci_liveupdate_set_running);

/**
 * pci_liveupdate_is_running - Check whether a device keeps running
 * @dev: Device or bridge, borrowed.
 *
 * Context: Any.
 * Return: true for a device that pci_liveupdate_set_running() was called for, and
 *         for each bridge above it: in the kernel that preserves it until it is
 *         given up, in the next kernel until it is finished.
 */
bool pci_liveupdate_is_running(struct pci_dev *dev)
{
	return READ_ONCE(dev->liveupdate.running_out) ||
	       READ_ONCE(dev->liveupdate.running_in);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_is_running);

/**
 * pci_liveupdate_set_stopped - An incoming device no longer runs on.
 * @dev: Any device, borrowed. It is about to be reset, closed or suspended.
 *
 * It is set up from scratch when it is next enabled. The bridges above it are
 * left alone until it is finished. Does nothing to a device that is not running,
 * or is a bridge.
 *
 * Context: May sleep. Takes pci_liveupdate_rwsem.
 */
void pci_liveupdate_set_stopped(struct pci_dev *dev)
{
	if (!pci_liveupdate_comes_running(dev))
		return;

	scoped_guard(rwsem_write, &pci_liveupdate_rwsem)
		WRITE_ONCE(dev->liveupdate.running_in, false);

	pci_info(dev,
		 "liveupdate: no longer running: reset, closed or suspended before the session was finished\n");
}
EXPORT_SYMBOL_GPL(pci_liveupdate_set_stopped);

/**
 * pci_liveupdate_comes_running - Check whether enabling must leave a device alone
 * @dev: Device or bridge, borrowed.
 *
 * Context: Any.
 * Return: true for an endpoint that ran on through the kexec, until it is stopped
 *         or finished.
 */
bool pci_liveupdate_comes_running(struct pci_dev *dev)
{
	return READ_ONCE(dev->liveupdate.running_in) && !pci_is_bridge(dev);
}

/**
 * pci_liveupdate_freeze - The device is being shut down.
 * @dev: Device or bridge, borrowed.
 *
 * From here to the next kernel nothing that was decided may change: Bus Master
 * Enable follows from it.
 *
 * Context: Shutdown callback of the bus. Takes pci_liveupdate_rwsem.
 */
void pci_liveupdate_freeze(struct pci_dev *dev)
{
	if (!kexec_in_progress)
		return;

	guard(rwsem_write)(&pci_liveupdate_rwsem);

	if (!dev->liveupdate.out)
		return;

	pci_liveupdate_outgoing->frozen = true;
	WRITE_ONCE(dev->liveupdate.out, PCI_LIVEUPDATE_OUT_FROZEN);
	pci_info(dev, "liveupdate: frozen\n");
}

/**
 * pci_liveupdate_is_frozen - Check whether a device is on its way
 * @dev: Device or bridge, borrowed.
 *
 * Context: Any.
 * Return: true from pci_liveupdate_freeze() on if @dev is preserved.
 */
bool pci_liveupdate_is_frozen(struct pci_dev *dev)
{
	return READ_ONCE(dev->liveupdate.out) == PCI_LIVEUPDATE_OUT_FROZEN;
}

/**
 * pci_liveupdate_reset_timeout - Limit the wait for a device that was just reset.
 * @dev:     Device or bridge, borrowed.
 * @timeout: How long the PCI core would wait for it, in ms.
 *
 * The old kernel resets devices on its last way, and all of the host waits for it.
 * One that is not back after a second is left to the next kernel.
 *
 * Context: Any.
 * Return: the number of ms after which @dev is given up.
 */
int pci_liveupdate_reset_timeout(struct pci_dev *dev, int timeout)
{
	return pci_liveupdate_is_frozen(dev) ?
	       min(timeout, PCI_LIVEUPDATE_RESET_MS) : timeout;
}

static const struct liveupdate_flb_ops pci_liveupdate_flb_ops = {
	.preserve = pci_liveupdate_flb_preserve,
	.unpreserve = pci_liveupdate_flb_unpreserve,
	.retrieve = pci_liveupdate_flb_retrieve,
	.finish = pci_liveupdate_flb_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_flb pci_liveupdate_flb = {
	.ops = &pci_liveupdate_flb_ops,
	.compatible = PCI_LIVEUPDATE_FLB_COMPATIBLE,
};

/*
 * Between early_initcall, where LUO comes up, and subsys_initcall, where PCI is
 * scanned, so that each scanned device costs one look-up.
 */
static int __init pci_liveupdate_init(void)
{
	void *obj;
	int err;

	err = liveupdate_flb_get_incoming(&pci_liveupdate_flb, &obj);
	switch (err) {
	case 0:
		pci_liveupdate_init_incoming(obj);
		liveupdate_flb_put_incoming(&pci_liveupdate_flb);
		return 0;
	case -EOPNOTSUPP:
	case -ENODATA:
	case -ENOENT:
		return 0;
	default:
		panic("PCI: liveupdate: cannot read what the previous kernel handed over: %pe\n",
		      ERR_PTR(err));
	}
}
postcore_initcall(pci_liveupdate_init);

/**
 * pci_liveupdate_register_flb - Let a file handler preserve PCI devices.
 * @fh: File handler that is registered with LUO, borrowed until
 *      pci_liveupdate_unregister_flb().
 *
 * Context: May sleep.
 * Return: 0 on success, or
 *         -EOPNOTSUPP if live update is off,
 *         -EEXIST if @fh was registered already,
 *         -EINVAL if @fh is not registered with LUO,
 *         -ENOMEM or -ENOSPC if there is no room for it.
 */
int pci_liveupdate_register_flb(struct liveupdate_file_handler *fh)
{
	return liveupdate_register_flb(fh, &pci_liveupdate_flb);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_register_flb);

/**
 * pci_liveupdate_unregister_flb - Undo pci_liveupdate_register_flb().
 * @fh: The file handler.
 *
 * Context: May sleep. No file of @fh is preserved or waits to be finished.
 */
void pci_liveupdate_unregister_flb(struct liveupdate_file_handler *fh)
{
	liveupdate_unregister_flb(fh, &pci_liveupdate_flb);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_unregister_flb);
