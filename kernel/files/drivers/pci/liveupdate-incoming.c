// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI devices that the previous kernel handed over in a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update, incoming devices
 *
 * Reads the entries of the previous kernel before PCI is scanned, marks the
 * devices and bridges that they name when these are enumerated, and forgets them
 * one by one as their owners finish. See liveupdate.c for the life cycle, the
 * unhappy paths and the lock order.
 *
 * No entry is used before the version, the flags and the counts of all of them were
 * checked. Of the addresses only that there is memory is checked, for the root and
 * the first block: Kexec Handover has no way to tell whether an address is one of
 * its own, and follows the list of blocks itself.
 */

#define pr_fmt(fmt) "PCI: liveupdate: " fmt

#include <linux/cleanup.h>
#include <linux/io.h>
#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/pci.h>
#include <linux/kho_block.h>
#include <linux/liveupdate.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "pci.h"
#include "liveupdate.h"

/**
 * struct pci_liveupdate_incoming - State from the previous kernel.
 * @ser:     Root in preserved memory.
 * @blocks:  Entries in preserved memory.
 * @devices: The entries of devices in use, by pci_liveupdate_key().
 * @sriov:   The entries of SR-IOV in use, by the same key.
 */
struct pci_liveupdate_incoming {
	struct pci_liveupdate_ser *ser;
	struct kho_block_set blocks;
	struct xarray devices;
	struct xarray sriov;
};

static struct pci_liveupdate_incoming *pci_liveupdate_incoming;
static bool pci_liveupdate_handed_over __ro_after_init;

static unsigned long pci_liveupdate_key(u32 domain, u16 bdf)
{
	return (unsigned long)domain << 16 | bdf;
}

static unsigned long pci_liveupdate_dev_key(struct pci_dev *dev)
{
	return pci_liveupdate_key(pci_domain_nr(dev->bus), pci_dev_id(dev));
}

/* Bridges, and physical functions that have no file themselves */
static bool pci_liveupdate_is_fabric(const struct pci_liveupdate_dev_ser *ser)
{
	return ser->flags & PCI_LIVEUPDATE_DEV_BRIDGE ||
	       (ser->flags & (PCI_LIVEUPDATE_DEV_PF | PCI_LIVEUPDATE_DEV_OWN)) ==
	       PCI_LIVEUPDATE_DEV_PF;
}

static bool pci_liveupdate_valid_pa(u64 pa)
{
	if (pa && IS_ALIGNED(pa, PAGE_SIZE) && pfn_valid(PHYS_PFN(pa)))
		return true;

	pr_err("no preserved page at %#llx\n", pa);
	return false;
}

static bool pci_liveupdate_valid_sriov(const struct pci_liveupdate_sriov_ser *ser)
{
	u32 last = ser->bdf + ser->offset +
		   (u32)ser->stride * (ser->num_vfs - 1);
	int i;

	for (i = 0; i < PCI_LIVEUPDATE_NR_VF_SIZES; i++)
		if (ser->size[i] && (!is_power_of_2(ser->size[i]) ||
				     ser->size[i] > U64_MAX >> 17))
			return false;

	return !LIVEUPDATE_SER_UNKNOWN(ser->flags, PCI_LIVEUPDATE_DEV_SRIOV) &&
	       ser->refcount == 1 &&
	       ser->num_vfs && ser->num_vfs <= ser->max_vfs && ser->offset &&
	       (ser->num_vfs == 1 || ser->stride) &&
	       last <= U16_MAX && ser->last_bus >= PCI_BUS_NUM(last) &&
	       !LIVEUPDATE_SER_UNKNOWN(ser->options,
				       PCI_LIVEUPDATE_SRIOV_OPTIONS) &&
	       !ser->reserved;
}

/* What kind of device it is, and how many others depend on it. */
static bool pci_liveupdate_valid_kind(const struct pci_liveupdate_dev_ser *ser)
{
	switch (ser->flags & (PCI_LIVEUPDATE_DEV_BRIDGE |
			      PCI_LIVEUPDATE_DEV_VF_FLAGS)) {
	case 0:
	case PCI_LIVEUPDATE_DEV_VF:
		return ser->refcount == 1;
	case PCI_LIVEUPDATE_DEV_BRIDGE:
		return true;
	case PCI_LIVEUPDATE_DEV_PF:
	case PCI_LIVEUPDATE_DEV_PF | PCI_LIVEUPDATE_DEV_OWN:
		return ser->running == ser->refcount;
	default:
		return false;
	}
}

static int pci_liveupdate_add_entry(struct pci_liveupdate_incoming *in,
				    struct pci_liveupdate_dev_ser *ser)
{
	bool sriov = ser->flags & PCI_LIVEUPDATE_DEV_SRIOV;
	int err;

	if (!ser->refcount)
		return 0;

	if (sriov ? !pci_liveupdate_valid_sriov((void *)ser) :
		    LIVEUPDATE_SER_UNKNOWN(ser->flags, PCI_LIVEUPDATE_DEV_FLAGS) ||
		    !pci_liveupdate_valid_kind(ser) ||
		    !pci_liveupdate_valid_record(ser)) {
		pr_err("%04x:%02x:%02x.%d: damaged entry (flags %#x, count %u, running %u)\n",
		       ser->domain, PCI_BUS_NUM(ser->bdf), PCI_SLOT(ser->bdf),
		       PCI_FUNC(ser->bdf), ser->flags, ser->refcount, ser->running);
		return -EINVAL;
	}

	err = xa_insert(sriov ? &in->sriov : &in->devices,
			pci_liveupdate_key(ser->domain, ser->bdf), ser,
			GFP_KERNEL);
	if (err == -EBUSY) {
		pr_err("%04x:%02x:%02x.%d: more than one entry\n",
		       ser->domain, PCI_BUS_NUM(ser->bdf), PCI_SLOT(ser->bdf),
		       PCI_FUNC(ser->bdf));
		return -EINVAL;
	}

	return err;
}

static bool pci_liveupdate_is_vf_of(const struct pci_liveupdate_dev_ser *vf,
				    const struct pci_liveupdate_sriov_ser *pf)
{
	unsigned int first = pf->bdf + pf->offset;

	if (vf->domain != pf->domain || vf->bdf < first)
		return false;
	if (vf->bdf == first)
		return true;
	return pf->stride && (vf->bdf - first) % pf->stride == 0 &&
	       (vf->bdf - first) / pf->stride < pf->num_vfs;
}

/* Each physical function has as many virtual ones as its entry says. */
static int pci_liveupdate_check_vfs(struct pci_liveupdate_incoming *in)
{
	struct pci_liveupdate_sriov_ser *sriov;
	struct pci_liveupdate_dev_ser *ser;
	unsigned long key, pf_key;
	long vfs = 0;

	xa_for_each(&in->devices, key, ser) {
		if (ser->flags & PCI_LIVEUPDATE_DEV_VF)
			vfs++;
		if (ser->flags & PCI_LIVEUPDATE_DEV_PF &&
		    !xa_load(&in->sriov, key))
			goto damaged;
	}

	xa_for_each(&in->sriov, pf_key, sriov) {
		struct pci_liveupdate_dev_ser *pf = xa_load(&in->devices, pf_key);
		u32 refcount;

		if (!pf || !(pf->flags & PCI_LIVEUPDATE_DEV_PF))
			goto damaged;

		refcount = !!(pf->flags & PCI_LIVEUPDATE_DEV_OWN);
		xa_for_each(&in->devices, key, ser)
			if (ser->flags & PCI_LIVEUPDATE_DEV_VF &&
			    pci_liveupdate_is_vf_of(ser, sriov)) {
				refcount++;
				vfs--;
			}
		if (pf->refcount != refcount)
			goto damaged;
	}
	if (!vfs)
		return 0;

damaged:
	pr_err("physical and virtual functions do not add up\n");
	return -EINVAL;
}

/**
 * pci_liveupdate_flb_retrieve - Read the state of the previous kernel.
 * @args: LUO gives the address and gets the incoming state, owned by the FLB.
 *
 * Context: Called by LUO with the lock of the FLB held.
 * Return: 0 on success, or
 *         -EINVAL if the state is damaged or of another version,
 *         -ENOMEM if memory cannot be had.
 */
int pci_liveupdate_flb_retrieve(struct liveupdate_flb_op_args *args)
{
	struct pci_liveupdate_dev_ser *dev_ser;
	struct pci_liveupdate_incoming *in;
	struct pci_liveupdate_ser *ser;
	struct kho_block_set_it it;
	int err;

	if (!pci_liveupdate_valid_pa(args->data))
		return -EINVAL;

	ser = phys_to_virt(args->data);
	if (ser->version < PCI_LIVEUPDATE_VERSION_NO_VFS ||
	    ser->version > PCI_LIVEUPDATE_VERSION ||
	    LIVEUPDATE_SER_UNKNOWN(ser->flags, 0)) {
		pr_err("the previous kernel wrote version %u with flags %#x, this one reads versions %u to %u\n",
		       ser->version, ser->flags,
		       PCI_LIVEUPDATE_VERSION_NO_VFS, PCI_LIVEUPDATE_VERSION);
		return -EINVAL;
	}
	if (ser->devices && !pci_liveupdate_valid_pa(ser->devices))
		return -EINVAL;

	in = kzalloc_obj(*in);
	if (!in)
		return -ENOMEM;

	in->ser = ser;
	xa_init(&in->devices);
	xa_init(&in->sriov);
	kho_block_set_init(&in->blocks, sizeof(*dev_ser));
	err = kho_block_set_restore(&in->blocks, ser->devices);
	if (err)
		goto err_free;

	kho_block_set_it_init(&it, &in->blocks);
	while ((dev_ser = kho_block_set_it_read_entry(&it))) {
		err = pci_liveupdate_add_entry(in, dev_ser);
		if (err)
			goto err_destroy;
	}
	err = pci_liveupdate_check_vfs(in);
	if (err)
		goto err_destroy;

	args->obj = in;
	return 0;

err_destroy:
	xa_destroy(&in->devices);
	xa_destroy(&in->sriov);
	kho_block_set_destroy(&in->blocks);
err_free:
	kfree(in);
	return err;
}

/* Returns true if the caller has to give up the runtime PM reference. */
static bool pci_liveupdate_clear(struct pci_dev *dev)
{
	bool pinned = dev->liveupdate.in >= PCI_LIVEUPDATE_IN_WAITING;

	WRITE_ONCE(dev->liveupdate.in, PCI_LIVEUPDATE_IN_NONE);
	WRITE_ONCE(dev->liveupdate.running_in, false);
	pci_dev_put(dev->liveupdate.upstream);
	dev->liveupdate.upstream = NULL;
	return pinned;
}

/**
 * pci_liveupdate_flb_finish - The last file of the previous kernel is finished.
 * @args: LUO gives the incoming state, which is freed.
 *
 * Context: Called by LUO with the lock of the FLB held. Takes
 *          pci_liveupdate_rwsem.
 */
void pci_liveupdate_flb_finish(struct liveupdate_flb_op_args *args)
{
	struct pci_liveupdate_incoming *in = args->obj;
	struct pci_liveupdate_dev_ser *ser;
	struct pci_dev *dev = NULL;
	unsigned long key;

	scoped_guard(rwsem_write, &pci_liveupdate_rwsem) {
		pci_liveupdate_incoming = NULL;
		xa_for_each(&in->devices, key, ser) {
			if (ser->refcount && !pci_liveupdate_is_fabric(ser))
				panic("PCI: liveupdate: %04x:%02x:%02x.%d was never finished by its driver\n",
				      ser->domain, PCI_BUS_NUM(ser->bdf),
				      PCI_SLOT(ser->bdf), PCI_FUNC(ser->bdf));
		}
	}

	/* Fabric above a device that has gone meanwhile is left over */
	for_each_pci_dev(dev) {
		bool put;

		scoped_guard(rwsem_write, &pci_liveupdate_rwsem)
			put = pci_liveupdate_clear(dev);
		if (put)
			pm_runtime_put(&dev->dev);
	}

	xa_destroy(&in->devices);
	xa_destroy(&in->sriov);
	kho_block_set_destroy(&in->blocks);
	kho_restore_free(in->ser);
	kfree(in);
}

/**
 * pci_liveupdate_init_incoming - Take over what the previous kernel handed over.
 * @obj: What pci_liveupdate_flb_retrieve() made of it, owned by the FLB.
 *
 * Context: Boot, before PCI is scanned.
 */
void __init pci_liveupdate_init_incoming(void *obj)
{
	pci_liveupdate_incoming = obj;
	pci_liveupdate_handed_over = true;
}

static struct pci_liveupdate_dev_ser *
pci_liveupdate_find(struct pci_liveupdate_incoming *in, unsigned long key)
{
	struct pci_liveupdate_dev_ser *ser;

	if (!in)
		return NULL;

	ser = xa_load(&in->devices, key);
	return ser && ser->refcount ? ser : NULL;
}

/**
 * pci_liveupdate_inherits - Check whether the previous kernel handed over anything
 *
 * Context: Any, once PCI is scanned.
 * Return: true if it was, also after all of it is finished.
 */
bool pci_liveupdate_inherits(void)
{
	return pci_liveupdate_handed_over;
}

/**
 * pci_liveupdate_setup_device - Recognise an incoming device.
 * @dev: Device that is being enumerated: segment, bus and function are known,
 *       nothing was written to it.
 *
 * Context: Enumeration. Takes pci_liveupdate_rwsem.
 */
void pci_liveupdate_setup_device(struct pci_dev *dev)
{
	struct pci_liveupdate_dev_ser *ser;
	unsigned long key;

	guard(rwsem_write)(&pci_liveupdate_rwsem);

	ser = pci_liveupdate_find(pci_liveupdate_incoming,
				  pci_liveupdate_dev_key(dev));
	if (!ser)
		return;

	if (!!(ser->flags & PCI_LIVEUPDATE_DEV_BRIDGE) != pci_is_bridge(dev) ||
	    !!(ser->flags & PCI_LIVEUPDATE_DEV_VF) != dev->is_virtfn) {
		pci_err(dev, "liveupdate: not the device that was preserved here, left alone\n");
		return;
	}

	/* Marked: seen before */
	key = pci_liveupdate_dev_key(dev);
	if (xa_get_mark(&pci_liveupdate_incoming->devices, key, XA_MARK_0)) {
		WRITE_ONCE(dev->liveupdate.in, PCI_LIVEUPDATE_IN_REPLUGGED);
	} else {
		xa_set_mark(&pci_liveupdate_incoming->devices, key, XA_MARK_0);
		WRITE_ONCE(dev->liveupdate.running_in, ser->running);
		WRITE_ONCE(dev->liveupdate.in, PCI_LIVEUPDATE_IN_FOUND);
	}
	pci_info(dev, "liveupdate: incoming%s\n",
		 dev->liveupdate.running_in ? ", running" : "");
}

/**
 * pci_liveupdate_get_record - Find the record of a running device
 * @dev: Device or bridge that is being enumerated, borrowed.
 * @ser: Filled in.
 *
 * Context: Enumeration. Takes pci_liveupdate_rwsem.
 * Return: false if @dev is not running.
 */
bool pci_liveupdate_get_record(struct pci_dev *dev,
			       struct pci_liveupdate_dev_ser *ser)
{
	struct pci_liveupdate_dev_ser *found;

	guard(rwsem_read)(&pci_liveupdate_rwsem);

	if (!dev->liveupdate.running_in)
		return false;

	found = pci_liveupdate_find(pci_liveupdate_incoming,
				    pci_liveupdate_dev_key(dev));
	if (!found)
		return false;

	*ser = *found;
	return true;
}

/**
 * pci_liveupdate_get_sriov_record - Look up the SR-IOV entry of a device.
 * @pf:  Device that is being enumerated, borrowed.
 * @ser: Filled in.
 *
 * Context: Enumeration. Takes pci_liveupdate_rwsem.
 * Return: false if no virtual function of @pf was handed over.
 */
bool pci_liveupdate_get_sriov_record(struct pci_dev *pf,
				     struct pci_liveupdate_sriov_ser *ser)
{
	struct pci_liveupdate_sriov_ser *found;

	guard(rwsem_read)(&pci_liveupdate_rwsem);

	/* The last device may be finished while this one is enumerated */
	if (!pf->liveupdate.in || !pci_liveupdate_incoming)
		return false;

	found = xa_load(&pci_liveupdate_incoming->sriov,
			pci_liveupdate_dev_key(pf));
	if (!found)
		return false;

	*ser = *found;
	return true;
}

/**
 * pci_liveupdate_add_device - Keep an incoming device, its path, and D0.
 * @dev: Device that was just added, so that others can find it.
 *
 * Idle devices are put into D3hot as soon as they have a driver, vfio-pci
 * included, and bridges once everything below them is idle. The references are
 * given up when the device is finished. That may have happened between its
 * recognition and now, when nobody could find it.
 *
 * Context: Enumeration, before runtime PM is enabled. Takes pci_liveupdate_rwsem.
 */
void pci_liveupdate_add_device(struct pci_dev *dev)
{
	guard(rwsem_write)(&pci_liveupdate_rwsem);

	if (!dev->liveupdate.in)
		return;
	if (!pci_liveupdate_find(pci_liveupdate_incoming,
				 pci_liveupdate_dev_key(dev))) {
		pci_liveupdate_clear(dev);
		return;
	}

	pm_runtime_get_noresume(&dev->dev);
	dev->liveupdate.upstream = pci_dev_get(pci_liveupdate_parent(dev));
	WRITE_ONCE(dev->liveupdate.in, PCI_LIVEUPDATE_IN_WAITING);
}

/**
 * pci_liveupdate_destroy_device - The device goes away.
 * @dev: Device that is being destroyed.
 *
 * A driver must not let go of a device that it preserves. An incoming device may
 * go: it is recognised again should it come back. One that runs is stopped here, as
 * there is no driver that would do it; that it is not there any more is no promise
 * that it is off.
 *
 * Context: Removal, before the IOMMU lets go of the device. Takes
 *          pci_liveupdate_rwsem.
 */
void pci_liveupdate_destroy_device(struct pci_dev *dev)
{
	if (pci_liveupdate_comes_running(dev))
		pci_clear_master(dev);

	guard(rwsem_write)(&pci_liveupdate_rwsem);

	/* Once the kexec is certain a driver may have to let go */
	pci_WARN(dev, dev->liveupdate.out && !kexec_in_progress,
		 "liveupdate: removed while preserved\n");
	pci_liveupdate_clear(dev);
}

/**
 * pci_liveupdate_retrieve - The owner takes an incoming device back.
 * @dev: Endpoint, borrowed.
 *
 * Context: May sleep. Takes pci_liveupdate_rwsem.
 * Return: 0 on success, or
 *         -ENOENT if @dev is not incoming,
 *         -EBUSY if it was taken back already.
 */
int pci_liveupdate_retrieve(struct pci_dev *dev)
{
	guard(rwsem_write)(&pci_liveupdate_rwsem);

	if (!dev->liveupdate.in)
		return -ENOENT;
	if (dev->liveupdate.in == PCI_LIVEUPDATE_IN_RETRIEVED)
		return -EBUSY;

	WRITE_ONCE(dev->liveupdate.in, PCI_LIVEUPDATE_IN_RETRIEVED);
	pci_info(dev, "liveupdate: retrieved\n");
	return 0;
}
EXPORT_SYMBOL_GPL(pci_liveupdate_retrieve);

/**
 * pci_liveupdate_unretrieve - Undo pci_liveupdate_retrieve().
 * @dev: Endpoint, borrowed.
 *
 * Context: May sleep. Takes pci_liveupdate_rwsem.
 */
void pci_liveupdate_unretrieve(struct pci_dev *dev)
{
	guard(rwsem_write)(&pci_liveupdate_rwsem);

	if (dev->liveupdate.in != PCI_LIVEUPDATE_IN_RETRIEVED)
		return;

	WRITE_ONCE(dev->liveupdate.in, PCI_LIVEUPDATE_IN_WAITING);
	pci_info(dev, "liveupdate: incoming again\n");
}
EXPORT_SYMBOL_GPL(pci_liveupdate_unretrieve);

/**
 * pci_liveupdate_finish - An incoming device becomes a device like any other.
 * @dev: Endpoint, borrowed.
 *
 * To be called by the finish() operation of the file handler, exactly once for
 * each device that it preserved.
 *
 * Context: May sleep. Takes pci_liveupdate_rwsem.
 */
void pci_liveupdate_finish(struct pci_dev *dev)
{
	struct pci_liveupdate_dev_ser *ser;
	struct pci_dev *pos, *next;
	bool running = false;

	for (pos = pci_dev_get(dev); pos; pos = next) {
		bool put = false;

		scoped_guard(rwsem_write, &pci_liveupdate_rwsem) {
			next = pci_dev_get(pos->liveupdate.upstream);
			ser = pci_liveupdate_find(pci_liveupdate_incoming,
						  pci_liveupdate_dev_key(pos));
			if (ser && pos == dev)
				running = ser->running;
			if (ser && running && ser->running && !--ser->running)
				WRITE_ONCE(pos->liveupdate.running_in, false);
			/* From now on it is fabric of its virtual functions */
			if (ser && pos == dev)
				ser->flags &= ~PCI_LIVEUPDATE_DEV_OWN;
			if (ser && !--ser->refcount)
				put = pci_liveupdate_clear(pos);
		}
		if (put)
			pm_runtime_put(&pos->dev);
		/* The path of a virtual function runs even if the function is idle */
		running |= pos->is_virtfn;
		pci_dev_put(pos);
	}

	pci_info(dev, "liveupdate: finished\n");
}
EXPORT_SYMBOL_GPL(pci_liveupdate_finish);

/**
 * pci_liveupdate_may_discard - Check whether a handed over device can be discarded
 * @domain: PCI segment number.
 * @bdf:    Bus, device and function number.
 *
 * Context: May sleep. Takes pci_liveupdate_rwsem.
 * Return: true if an endpoint there, whether it is still there or not, waits for
 *         its owner, or if no device at all was handed over.
 */
bool pci_liveupdate_may_discard(u32 domain, u16 bdf)
{
	struct pci_liveupdate_dev_ser *ser;
	struct pci_dev *dev __free(pci_dev_put) =
		pci_get_domain_bus_and_slot(domain, PCI_BUS_NUM(bdf), bdf & 0xff);

	guard(rwsem_read)(&pci_liveupdate_rwsem);

	if (!pci_liveupdate_incoming)
		return true;
	if (dev && dev->liveupdate.in == PCI_LIVEUPDATE_IN_RETRIEVED)
		return false;

	ser = pci_liveupdate_find(pci_liveupdate_incoming,
				  pci_liveupdate_key(domain, bdf));
	return ser && !pci_liveupdate_is_fabric(ser);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_may_discard);

/**
 * pci_liveupdate_finish_absent - Forget an incoming device that is not there.
 * @domain: PCI segment number.
 * @bdf:    Bus, device and function number.
 *
 * The bridges above it stay incoming until the last device is finished.
 *
 * Context: May sleep. Takes pci_liveupdate_rwsem.
 */
void pci_liveupdate_finish_absent(u32 domain, u16 bdf)
{
	struct pci_liveupdate_dev_ser *ser;

	guard(rwsem_write)(&pci_liveupdate_rwsem);

	ser = pci_liveupdate_find(pci_liveupdate_incoming,
				  pci_liveupdate_key(domain, bdf));
	if (!ser || pci_liveupdate_is_fabric(ser))
		return;

	ser->refcount = 0;
	pr_info("%04x:%02x:%02x.%d: finished, but the device has gone\n",
		domain, PCI_BUS_NUM(bdf), PCI_SLOT(bdf), PCI_FUNC(bdf));
}
EXPORT_SYMBOL_GPL(pci_liveupdate_finish_absent);

/**
 * pci_liveupdate_before_recovery - Stop counting a device as running.
 * @dev:  Device or bridge that error recovery (AER, DPC) is about to reset,
 *        borrowed.
 * @data: Not used, for pci_walk_bus().
 *
 * Context: May sleep, with pci_bus_sem held. Takes pci_liveupdate_rwsem.
 * Return: 0
 */
int pci_liveupdate_before_recovery(struct pci_dev *dev, void *data)
{
	pci_liveupdate_set_stopped(dev);
	return 0;
}

/**
 * pci_liveupdate_after_recovery - Give an incoming device its BARs back.
 * @dev:  Device or bridge that error recovery has reset, borrowed.
 * @data: Not used, for pci_walk_bus().
 *
 * Usually the driver restores what the PCI core saved when it added the device.
 * An incoming device may have no driver yet, and vfio-pci leaves this to its user,
 * who does not know the state if the device is not open. Bus mastering stays off
 * until the owner turns it on.
 *
 * Context: May sleep, with pci_bus_sem held. Takes the lock of the device.
 * Return: 0
 */
int pci_liveupdate_after_recovery(struct pci_dev *dev, void *data)
{
	if (pci_is_bridge(dev))
		return 0;

	guard(device)(&dev->dev);

	if (pci_liveupdate_is_incoming(dev)) {
		pci_restore_state(dev);
		pci_clear_master(dev);
		pci_save_state(dev);
	}

	return 0;
}
