// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOMMU state that the previous kernel handed over in a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: IOMMU Live Update, incoming state
 *
 * Reads the records of the previous kernel before any IOMMU is initialized, restores
 * domains as their devices are probed, and passes them on to the iommufd that asks for
 * them. See liveupdate.c for the life cycle, the unhappy paths and the lock order.
 *
 * No record is used before the version, the flags, and what the records say about
 * each other were checked. The tables are checked by those who walk them.
 */

#define pr_fmt(fmt) "iommu: liveupdate: " fmt

#include <linux/cleanup.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/kexec_handover.h>
#include <linux/kho_block.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/pci_liveupdate.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "iommu-priv.h"
#include "liveupdate.h"

/**
 * struct iommu_liveupdate_device - A device that runs on.
 * @list:     In &iommu_liveupdate_incoming.devices.
 * @ser:      Its record, in preserved memory.
 * @domain:   What it is attached to.
 * @ops:      Of the driver, once it has taken over the tables of its unit.
 * @attached: It was probed.
 * @finished: Its record was given up.
 */
struct iommu_liveupdate_device {
	struct list_head list;
	struct iommu_device_ser *ser;
	struct iommu_liveupdate_domain *domain;
	const struct iommu_liveupdate_ops *ops;
	bool attached;
	bool finished;
};

/**
 * struct iommu_liveupdate_domain - A domain whose devices run on.
 * @list:     In &iommu_liveupdate_incoming.domains. The address of the structure is
 *            the marker with which the groups of its devices are claimed.
 * @ser:      Its record, in preserved memory.
 * @domain:   NULL until the first of its devices was probed.
 * @owner:    Who retrieved it; may claim its devices.
 * @finished: Its record was given up.
 */
struct iommu_liveupdate_domain {
	struct list_head list;
	struct iommu_domain_ser *ser;
	struct iommu_domain *domain;
	void *owner;
	bool finished;
};

/**
 * struct iommu_liveupdate_incoming - State from the previous kernel.
 * @ser:          Root in preserved memory.
 * @domain_blocks: &struct iommu_domain_ser entries in preserved memory.
 * @device_blocks: &struct iommu_device_ser entries in preserved memory.
 * @domains:      &struct iommu_liveupdate_domain.
 * @devices:      &struct iommu_liveupdate_device.
 */
struct iommu_liveupdate_incoming {
	struct iommu_liveupdate_ser *ser;
	struct kho_block_set domain_blocks;
	struct kho_block_set device_blocks;
	struct list_head domains;
	struct list_head devices;
};

static struct iommu_liveupdate_incoming *iommu_liveupdate_incoming;

/*
 * Requester IDs of devices that were handed over and may still master the bus
 * without a domain of their own. Outlives the records: such a device may be found
 * long after them.
 */
static DEFINE_XARRAY(iommu_liveupdate_unstopped);

/* Claims the group of a device that does not stop, for as long as it is there */
char iommu_liveupdate_cut_off;

static bool iommu_liveupdate_valid_pa(u64 pa)
{
	if (pa && IS_ALIGNED(pa, PAGE_SIZE) && pfn_valid(PHYS_PFN(pa)))
		return true;

	pr_err("no preserved page at %#llx\n", pa);
	return false;
}

static struct iommu_liveupdate_domain *
iommu_liveupdate_get_domain(struct iommu_liveupdate_incoming *in, u32 id)
{
	struct iommu_liveupdate_domain *pos;

	if (!in)
		return NULL;

	list_for_each_entry(pos, &in->domains, list)
		if (pos->ser->id == id && !pos->finished)
			return pos;

	return NULL;
}

static struct iommu_liveupdate_device *
iommu_liveupdate_get_device(struct iommu_liveupdate_incoming *in, u32 segment,
			    u16 bdf)
{
	struct iommu_liveupdate_device *pos;

	if (!in)
		return NULL;

	list_for_each_entry(pos, &in->devices, list) {
		if (pos->ser->segment == segment && pos->ser->bdf == bdf &&
		    !pos->finished)
			return pos;
	}

	return NULL;
}

static struct iommu_liveupdate_device *
iommu_liveupdate_lookup(struct device *dev)
{
	struct pci_dev *pdev;

	if (!dev_is_pci(dev))
		return NULL;

	pdev = to_pci_dev(dev);
	return iommu_liveupdate_get_device(iommu_liveupdate_incoming,
					   pci_domain_nr(pdev->bus),
					   pci_dev_id(pdev));
}

static int iommu_liveupdate_add_domain(struct iommu_liveupdate_incoming *in,
				       struct iommu_domain_ser *ser)
{
	struct iommu_liveupdate_domain *dom;

	if (!ser->id)
		return 0;

	if (LIVEUPDATE_SER_UNKNOWN(ser->flags, IOMMU_DOMAIN_SER_FLAGS) ||
	    iommu_liveupdate_get_domain(in, ser->id)) {
		pr_err("domain %u: damaged or doubled entry (flags %#x)\n",
		       ser->id, ser->flags);
		return -EINVAL;
	}

	dom = kzalloc_obj(*dom);
	if (!dom)
		return -ENOMEM;

	dom->ser = ser;
	list_add_tail(&dom->list, &in->domains);
	return 0;
}

static int iommu_liveupdate_add_device(struct iommu_liveupdate_incoming *in,
				       struct iommu_device_ser *ser)
{
	struct iommu_liveupdate_domain *dom;
	struct iommu_liveupdate_device *device;
	int err;

	if (!ser->domain_id)
		return 0;

	dom = iommu_liveupdate_get_domain(in, ser->domain_id);
	if (!dom || LIVEUPDATE_SER_UNKNOWN(ser->flags, 0) ||
	    iommu_liveupdate_get_device(in, ser->segment, ser->bdf)) {
		pr_err("%04x:%02x:%02x.%d: damaged or doubled entry (domain %u)\n",
		       ser->segment, PCI_BUS_NUM(ser->bdf), PCI_SLOT(ser->bdf),
		       PCI_FUNC(ser->bdf), ser->domain_id);
		return -EINVAL;
	}

	err = xa_err(xa_store(&iommu_liveupdate_unstopped,
			      iommu_liveupdate_key(ser->segment, ser->bdf),
			      xa_mk_value(1), GFP_KERNEL));
	if (err)
		return err;

	device = kzalloc_obj(*device);
	if (!device)
		return -ENOMEM;

	device->ser = ser;
	device->domain = dom;
	list_add_tail(&device->list, &in->devices);
	return 0;
}

static void iommu_liveupdate_free_incoming(struct iommu_liveupdate_incoming *in)
{
	struct iommu_liveupdate_device *device, *next_device;
	struct iommu_liveupdate_domain *dom, *next_dom;

	list_for_each_entry_safe(device, next_device, &in->devices, list)
		kfree(device);
	list_for_each_entry_safe(dom, next_dom, &in->domains, list)
		kfree(dom);
	kho_block_set_destroy(&in->device_blocks);
	kho_block_set_destroy(&in->domain_blocks);
	kfree(in);
}

/**
 * iommu_liveupdate_flb_retrieve - Read the state of the previous kernel.
 * @args: LUO gives the address and gets the incoming state, owned by the FLB.
 *
 * Context: Called by LUO with the lock of the FLB held.
 * Return: 0 on success, or
 *         -EINVAL if the state is damaged or of another version,
 *         -ENOMEM if memory cannot be had.
 */
int iommu_liveupdate_flb_retrieve(struct liveupdate_flb_op_args *args)
{
	struct iommu_liveupdate_incoming *in;
	struct iommu_domain_ser *domain_ser;
	struct iommu_device_ser *device_ser;
	struct iommu_liveupdate_ser *ser;
	struct kho_block_set_it it;
	int err;

	if (!iommu_liveupdate_valid_pa(args->data))
		return -EINVAL;

	ser = phys_to_virt(args->data);
	if (ser->version != IOMMU_LIVEUPDATE_VERSION ||
	    LIVEUPDATE_SER_UNKNOWN(ser->flags, 0)) {
		pr_err("the previous kernel wrote version %u with flags %#x, this one reads version %u\n",
		       ser->version, ser->flags, IOMMU_LIVEUPDATE_VERSION);
		return -EINVAL;
	}
	if ((ser->domains && !iommu_liveupdate_valid_pa(ser->domains)) ||
	    (ser->devices && !iommu_liveupdate_valid_pa(ser->devices)))
		return -EINVAL;

	in = kzalloc_obj(*in);
	if (!in)
		return -ENOMEM;

	in->ser = ser;
	INIT_LIST_HEAD(&in->domains);
	INIT_LIST_HEAD(&in->devices);
	kho_block_set_init(&in->domain_blocks, sizeof(*domain_ser));
	kho_block_set_init(&in->device_blocks, sizeof(*device_ser));

	err = kho_block_set_restore(&in->domain_blocks, ser->domains);
	if (!err)
		err = kho_block_set_restore(&in->device_blocks, ser->devices);
	if (err)
		goto err_free;

	kho_block_set_it_init(&it, &in->domain_blocks);
	while ((domain_ser = kho_block_set_it_read_entry(&it))) {
		err = iommu_liveupdate_add_domain(in, domain_ser);
		if (err)
			goto err_free;
	}

	kho_block_set_it_init(&it, &in->device_blocks);
	while ((device_ser = kho_block_set_it_read_entry(&it))) {
		err = iommu_liveupdate_add_device(in, device_ser);
		if (err)
			goto err_free;
	}

	args->obj = in;
	return 0;

err_free:
	iommu_liveupdate_free_incoming(in);
	return err;
}

/**
 * iommu_liveupdate_flb_finish - The last file of the previous kernel is finished.
 * @args: LUO gives the incoming state, which is freed.
 *
 * Context: Called by LUO with the lock of the FLB held. Takes
 *          iommu_liveupdate_mutex.
 */
void iommu_liveupdate_flb_finish(struct liveupdate_flb_op_args *args)
{
	struct iommu_liveupdate_incoming *in = args->obj;

	guard(mutex)(&iommu_liveupdate_mutex);

	iommu_liveupdate_incoming = NULL;
	kho_restore_free(in->ser);
	iommu_liveupdate_free_incoming(in);
}

/**
 * iommu_liveupdate_init_incoming - Take over what the previous kernel handed over.
 * @obj: What iommu_liveupdate_flb_retrieve() made of it, owned by the FLB.
 *
 * Context: Boot, before IOMMUs are initialized.
 */
void __init iommu_liveupdate_init_incoming(void *obj)
{
	iommu_liveupdate_incoming = obj;
}

/*
 * A unit that nobody took over still translates, with tables that nobody keeps up.
 * Those who are not handed over have no access to memory, and nobody can give it to
 * them. A kernel that does not even look for the unit is the most likely reason.
 */
static int __init iommu_liveupdate_check_adopted(void)
{
	struct iommu_liveupdate_device *device;

	if (!iommu_liveupdate_incoming)
		return 0;

	list_for_each_entry(device, &iommu_liveupdate_incoming->devices, list) {
		if (!device->ops && !device->finished)
			panic("iommu: liveupdate: the unit at %#llx was not taken over, but %04x:%02x:%02x.%d uses it: boot without intel_iommu=off, iommu=off and acpi=off\n",
			      device->ser->unit, device->ser->segment,
			      PCI_BUS_NUM(device->ser->bdf),
			      PCI_SLOT(device->ser->bdf),
			      PCI_FUNC(device->ser->bdf));
	}

	return 0;
}
device_initcall(iommu_liveupdate_check_adopted);

/**
 * iommu_liveupdate_next_device - Walk the records of the devices that run on.
 * @prev: Record, or NULL to begin.
 *
 * Context: Boot, while no record can be given up.
 * Return: The record after @prev, NULL after the last.
 */
const struct iommu_device_ser *iommu_liveupdate_next_device(const struct iommu_device_ser *prev)
{
	struct iommu_liveupdate_device *pos;
	bool found = !prev;

	if (!iommu_liveupdate_incoming)
		return NULL;

	list_for_each_entry(pos, &iommu_liveupdate_incoming->devices, list) {
		if (found)
			return pos->ser;
		found = pos->ser == prev;
	}

	return NULL;
}

/**
 * iommu_liveupdate_find_device - Record of a device that runs on.
 * @dev: Device that is being probed.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex.
 * Return: The record, valid until the device is finished; NULL if there is none, or
 *         the device was seen before: it was unplugged since, and has nothing to keep.
 */
const struct iommu_device_ser *iommu_liveupdate_find_device(struct device *dev)
{
	struct iommu_liveupdate_device *device;

	guard(mutex)(&iommu_liveupdate_mutex);

	device = iommu_liveupdate_lookup(dev);
	return device && !device->attached ? device->ser : NULL;
}

/**
 * iommu_liveupdate_find_domain - Record of a domain whose devices run on.
 * @id: &iommu_device_ser.domain_id of one of them.
 *
 * Context: Boot, while no record can be given up.
 * Return: The record.
 */
const struct iommu_domain_ser *iommu_liveupdate_find_domain(u32 id)
{
	return iommu_liveupdate_get_domain(iommu_liveupdate_incoming, id)->ser;
}

/**
 * iommu_liveupdate_set_adopted - The tables a device uses were taken over.
 * @ser: Its record.
 * @ops: Of the driver that has them.
 *
 * Context: Boot.
 */
void iommu_liveupdate_set_adopted(const struct iommu_device_ser *ser,
				  const struct iommu_liveupdate_ops *ops)
{
	struct iommu_liveupdate_device *pos;

	list_for_each_entry(pos, &iommu_liveupdate_incoming->devices, list) {
		if (pos->ser == ser)
			pos->ops = ops;
	}
}

/**
 * iommu_liveupdate_drop - A device has a record but no access to memory.
 * @ser: Its record, which is of no use: it was unplugged or cut off in the last
 *       moments of the previous kernel.
 *
 * Context: Boot.
 */
void iommu_liveupdate_drop(const struct iommu_device_ser *ser)
{
	struct iommu_liveupdate_device *pos;

	pr_warn("%04x:%02x:%02x.%d: does not run on, the previous kernel has cut it off\n",
		ser->segment, PCI_BUS_NUM(ser->bdf), PCI_SLOT(ser->bdf),
		PCI_FUNC(ser->bdf));
	list_for_each_entry(pos, &iommu_liveupdate_incoming->devices, list) {
		if (pos->ser == ser)
			pos->finished = true;
	}
}

/*
 * Devices that have not been found by now: whoever finds one later has to set it up
 * anew, and until then it must not reach memory that is about to be unmapped.
 */
static void iommu_liveupdate_forget_devices(struct iommu_liveupdate_domain *dom)
{
	struct iommu_liveupdate_device *pos;

	lockdep_assert_held(&iommu_liveupdate_mutex);

	list_for_each_entry(pos, &iommu_liveupdate_incoming->devices, list) {
		if (pos->domain != dom || pos->attached || pos->finished)
			continue;

		pr_warn("%04x:%02x:%02x.%d: was not found, loses its access to memory\n",
			pos->ser->segment, PCI_BUS_NUM(pos->ser->bdf),
			PCI_SLOT(pos->ser->bdf), PCI_FUNC(pos->ser->bdf));
		pos->ops->forget_device(pos->ser);
		pos->finished = true;
	}
}

/**
 * iommu_liveupdate_restore - Domain a device runs on with.
 * @dev:   Device that is being probed.
 * @owner: Marker with which the device's group is to be claimed.
 *
 * Context: May sleep. Called with the mutex of the device's group held. Takes
 *          iommu_liveupdate_mutex.
 * Return: The domain, which the core must attach the device to; NULL if it is an
 *         ordinary device; an error if the tables cannot be used.
 */
struct iommu_domain *iommu_liveupdate_restore(struct device *dev, void **owner)
{
	const struct iommu_liveupdate_ops *ops = dev_iommu_ops(dev)->liveupdate;
	struct iommu_liveupdate_device *device;
	struct iommu_domain *domain;

	guard(mutex)(&iommu_liveupdate_mutex);

	device = iommu_liveupdate_lookup(dev);
	if (!device || device->attached)
		return NULL;
	if (!ops || device->ops != ops)
		return ERR_PTR(-EOPNOTSUPP);

	domain = device->domain->domain;
	if (!domain) {
		domain = ops->restore_domain(dev, device->domain->ser);
		if (IS_ERR(domain))
			return domain;
		iommu_liveupdate_domain_init(domain, dev);
		device->domain->domain = domain;
	}

	device->attached = true;
	*owner = device->domain;
	dev_info(dev, "liveupdate: runs on with domain %u\n",
		 device->domain->ser->id);
	return domain;
}

static struct iommu_liveupdate_domain *iommu_liveupdate_by_marker(void *marker)
{
	struct iommu_liveupdate_domain *pos;

	lockdep_assert_held(&iommu_liveupdate_mutex);

	if (!iommu_liveupdate_incoming)
		return NULL;

	list_for_each_entry(pos, &iommu_liveupdate_incoming->domains, list) {
		if (pos == marker)
			return pos;
	}

	return NULL;
}

/**
 * iommu_liveupdate_is_marker - Check whether a device waits for its owner
 * @owner: What the device's group is claimed with.
 *
 * Context: May sleep. Called with the mutex of the device's group held. Takes
 *          iommu_liveupdate_mutex.
 * Return: true if that is what iommu_liveupdate_restore() gave, or if the device
 *         was cut off because it does not stop.
 */
bool iommu_liveupdate_is_marker(void *owner)
{
	guard(mutex)(&iommu_liveupdate_mutex);

	return owner == &iommu_liveupdate_cut_off ||
	       iommu_liveupdate_by_marker(owner);
}

/**
 * iommu_liveupdate_probe_device - Stop a device that came running and is too late.
 * @dev: Device that is being probed, and is attached to nothing yet.
 *
 * It was unplugged, or was not there when its domain was given up, or the previous
 * kernel has cut it off. Its record is gone or of no use, so that it gets a domain
 * like any device; nothing but its record ever let it run.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex and pci_liveupdate_rwsem.
 * Return: 0 if it may be attached to a domain, -EBUSY if it cannot be stopped.
 */
int iommu_liveupdate_probe_device(struct device *dev)
{
	struct iommu_liveupdate_device *device;
	struct pci_dev *pdev;
	unsigned long key;

	if (!dev_is_pci(dev))
		return 0;

	pdev = to_pci_dev(dev);
	key = iommu_liveupdate_key(pci_domain_nr(pdev->bus), pci_dev_id(pdev));
	if (!xa_load(&iommu_liveupdate_unstopped, key))
		return 0;

	scoped_guard(mutex, &iommu_liveupdate_mutex) {
		device = iommu_liveupdate_lookup(dev);
		if (device && !device->attached)
			return 0;
	}

	if (!iommu_liveupdate_is_stopped(dev)) {
		pci_warn(pdev, "liveupdate: has nobody to run for, is stopped\n");
		pci_clear_master(pdev);
	}
	pci_liveupdate_set_stopped(pdev);
	if (!iommu_liveupdate_is_stopped(dev)) {
		pci_err(pdev, "liveupdate: cannot be stopped, gets no access to memory\n");
		return -EBUSY;
	}

	xa_erase(&iommu_liveupdate_unstopped, key);
	return 0;
}

/**
 * iommu_liveupdate_may_claim - Check whether a device waits for this owner
 * @marker: What the device's group is claimed with.
 * @owner:  Who wants to claim it.
 *
 * Context: May sleep. Called with the mutex of the device's group held. Takes
 *          iommu_liveupdate_mutex.
 * Return: true if @owner retrieved the domain that @marker stands for.
 */
bool iommu_liveupdate_may_claim(void *marker, void *owner)
{
	struct iommu_liveupdate_domain *dom;

	guard(mutex)(&iommu_liveupdate_mutex);

	dom = iommu_liveupdate_by_marker(marker);
	return dom && dom->owner == owner;
}

/**
 * iommu_liveupdate_marker - Check whether a domain comes from the previous kernel
 * @domain: The domain.
 *
 * Context: May sleep. Called with the mutex of a group held. Takes
 *          iommu_liveupdate_mutex.
 * Return: What the groups of its devices are claimed with until their owner comes;
 *         NULL if it does not, or is finished.
 */
void *iommu_liveupdate_marker(struct iommu_domain *domain)
{
	struct iommu_liveupdate_domain *pos;

	guard(mutex)(&iommu_liveupdate_mutex);

	if (!iommu_liveupdate_incoming)
		return NULL;

	list_for_each_entry(pos, &iommu_liveupdate_incoming->domains, list) {
		if (pos->domain == domain && !pos->finished)
			return pos;
	}

	return NULL;
}

/**
 * iommu_liveupdate_unplug - A device goes away that waits for its owner.
 * @dev: The device.
 *
 * Should it come back, it has nothing to keep.
 *
 * Context: May sleep. Called with the mutex of the device's group held. Takes
 *          iommu_liveupdate_mutex.
 */
void iommu_liveupdate_unplug(struct device *dev)
{
	struct iommu_liveupdate_device *device;

	guard(mutex)(&iommu_liveupdate_mutex);

	device = iommu_liveupdate_lookup(dev);
	if (device)
		device->finished = true;
}

/**
 * iommu_device_is_incoming - Check whether a device came here running
 * @dev: Any device.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex.
 * Return: true until it is finished.
 */
bool iommu_device_is_incoming(struct device *dev)
{
	struct iommu_liveupdate_device *device;

	guard(mutex)(&iommu_liveupdate_mutex);

	device = iommu_liveupdate_lookup(dev);
	return device && device->attached;
}
EXPORT_SYMBOL_GPL(iommu_device_is_incoming);

/**
 * iommu_domain_retrieve - Take a domain over from the previous kernel.
 * @id:    What iommu_domain_preserve() gave.
 * @owner: Who takes it, as in iommu_device_claim_dma_owner(): from now on @owner, and
 *         nobody else, can claim the devices on it, and attach them to it while they
 *         run on.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex.
 * Return: The domain, or
 *         -ENOENT if there is no such domain,
 *         -ENODEV if none of its devices was found,
 *         -EBUSY if it was retrieved already.
 */
struct iommu_domain *iommu_domain_retrieve(u32 id, void *owner)
{
	struct iommu_liveupdate_domain *dom;

	guard(mutex)(&iommu_liveupdate_mutex);

	dom = iommu_liveupdate_get_domain(iommu_liveupdate_incoming, id);
	if (!dom)
		return ERR_PTR(-ENOENT);
	if (dom->owner)
		return ERR_PTR(-EBUSY);

	/* Its IOTLB entries would not be invalidated when the owner unmaps */
	iommu_liveupdate_forget_devices(dom);
	if (!dom->domain)
		return ERR_PTR(-ENODEV);

	dom->owner = owner;
	return dom->domain;
}
EXPORT_SYMBOL_GPL(iommu_domain_retrieve);

/**
 * iommu_domain_unretrieve - Undo iommu_domain_retrieve().
 * @id: The domain. No device on it was claimed.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex.
 */
void iommu_domain_unretrieve(u32 id)
{
	struct iommu_liveupdate_domain *dom;

	guard(mutex)(&iommu_liveupdate_mutex);

	dom = iommu_liveupdate_get_domain(iommu_liveupdate_incoming, id);
	if (!WARN_ON_ONCE(!dom))
		dom->owner = NULL;
}
EXPORT_SYMBOL_GPL(iommu_domain_unretrieve);

/**
 * iommu_domain_finish - Give up the record of a domain.
 * @id: The domain. The devices on it are finished.
 *
 * If it was retrieved it is its owner's alone, as if allocated by it. If not, it is
 * freed.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex.
 */
void iommu_domain_finish(u32 id)
{
	struct iommu_liveupdate_device *pos;
	struct iommu_liveupdate_domain *dom;
	struct iommu_domain *orphan;
	bool in_use = false;

	scoped_guard(mutex, &iommu_liveupdate_mutex) {
		dom = iommu_liveupdate_get_domain(iommu_liveupdate_incoming,
						  id);
		if (!dom) {
			pr_err("domain %u: not handed over, or finished before\n",
			       id);
			return;
		}

		iommu_liveupdate_forget_devices(dom);
		list_for_each_entry(pos, &iommu_liveupdate_incoming->devices,
				    list) {
			if (pos->domain != dom)
				continue;
			in_use |= !pos->finished;
			pos->finished = true;
			if (pos->ops)
				pos->ops->finish_domain(dom->domain, id);
		}

		orphan = dom->owner ? NULL : dom->domain;
		if (!dom->domain)
			pr_warn("domain %u: none of its devices was found: its page tables stay in memory until the next reboot\n",
				id);
		dom->finished = true;
		dom->domain = NULL;
		dom->owner = NULL;
	}

	/* A device that its driver has not finished may still be attached */
	if (orphan && in_use)
		pr_err("domain %u: still in use: its page tables stay in memory until the next reboot\n",
		       id);
	else if (orphan)
		iommu_domain_free(orphan);
}
EXPORT_SYMBOL_GPL(iommu_domain_finish);

/**
 * iommu_device_finish - Give up the record of a device.
 * @dev: PCI device. If nobody claimed it, it must have been stopped: it loses its
 *       access to memory, and gets another domain only if Bus Master Enable reads
 *       as clear.
 *
 * Context: May sleep. Takes the mutex of the device's group and
 *          iommu_liveupdate_mutex.
 */
void iommu_device_finish(struct device *dev)
{
	struct iommu_liveupdate_device *device;
	struct pci_dev *pdev = to_pci_dev(dev);

	if (!dev->iommu_group || iommu_liveupdate_give_up(dev))
		xa_erase(&iommu_liveupdate_unstopped,
			 iommu_liveupdate_key(pci_domain_nr(pdev->bus),
					      pci_dev_id(pdev)));

	guard(mutex)(&iommu_liveupdate_mutex);

	device = iommu_liveupdate_lookup(dev);
	if (device)
		device->finished = true;
}
EXPORT_SYMBOL_GPL(iommu_device_finish);
