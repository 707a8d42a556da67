// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preservation of IOMMU state across a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: IOMMU Live Update
 *
 * A device that is preserved together with the domain it is attached to goes on
 * accessing memory while one kernel is replaced by the next. Its file handlers tell
 * the IOMMU core so; the core keeps a record of domains and devices for the next
 * kernel, and the driver of the IOMMU keeps the tables.
 *
 * What is kept
 * ============
 *
 * - The page tables of preserved domains. The next kernel uses them where they are:
 *   there is no second copy, and no moment at which a device changes tables.
 * - What leads the hardware from a requester ID to these tables.
 * - Domain IDs, since the hardware caches translations by them.
 * - That the device has an owner. Nobody else can claim it.
 *
 * What is not kept
 * ================
 *
 * Any other translation. When the old kernel shuts down, all other devices behind the
 * units of preserved ones lose their access to memory, before the next kernel runs.
 * A unit without preserved devices stops translating, as by any kexec; what keeps
 * the devices there from memory is that PCI has cleared their Bus Master Enable.
 * Page requests, ATS, PASIDs and nested translation are not supported.
 *
 * Interrupts. Their owner disables them before the kexec and sets them up again after
 * it; what a running device sends in between is blocked.
 *
 * Life cycle
 * ==========
 *
 * preserve
 *   Domains first: iommu_domain_preserve(), called by iommufd, which sees to it that
 *   nothing is mapped or unmapped any more. Then the devices attached to them:
 *   iommu_device_preserve(), called by the handler of the device's file.
 * unpreserve
 *   The reverse. Everything is as it was.
 * shutdown
 *   The driver leaves translation on where a preserved device needs it and takes
 *   the access of the others there away.
 * boot
 *   The records are read before PCI is scanned, the driver takes the tables over when
 *   it initializes the unit, and the domain is restored when the first of its devices
 *   is probed. It becomes what the device's group is attached to, in place of a
 *   default domain, and ownership of the group is claimed with a marker.
 * retrieve
 *   iommu_domain_retrieve(): an iommufd gets the domain. It alone can claim the
 *   devices now, and attaching them to the domain changes nothing.
 * finish
 *   iommu_device_finish() and then iommu_domain_finish(): the records are dropped. A
 *   device that nobody claimed loses its access, a domain that nobody retrieved is
 *   freed.
 *
 * Unhappy paths
 * =============
 *
 * As devices go on accessing memory, a record or a table that cannot be used stops the
 * boot with a panic(), and so does a unit that no driver takes over: translation would
 * be switched off, or the tables be used for something else. A device that is gone in
 * the next kernel is forgotten; its domain stays preserved until the next reboot.
 *
 * A device can go away before its owner is back, and nobody is there to stop it. PCI
 * clears its Bus Master Enable, and whatever comes of that it goes from its own
 * domain to the blocking one, never to the default domain, which may be an identity
 * mapping. The requester IDs that were handed over are remembered until the device
 * is its owner's or reads as stopped: found again, or found too late, a device is
 * stopped before it is attached to anything, or not attached at all.
 *
 * Locking
 * =======
 *
 * iommu_liveupdate_mutex protects the records. Kexec Handover and the allocator are
 * called with it held.
 *
 *   luo_session->mutex -> group->mutex -> iommu_liveupdate_mutex
 *   luo_session->mutex -> luo_register_rwlock -> FLB lock -> iommu_liveupdate_mutex
 */

#define pr_fmt(fmt) "iommu: liveupdate: " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/kexec_handover.h>
#include <linux/kho_block.h>
#include <linux/liveupdate.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "iommu-priv.h"
#include "liveupdate.h"

/**
 * struct iommu_liveupdate_table - Entries of one kind for the next kernel.
 * @blocks:   Entries in preserved memory.
 * @tail:     Where the next new entry goes.
 * @nr:       Entries in @blocks, free ones included.
 * @entries:  Entries in use, by the address of the domain or device.
 * @free:     Free entries, by number.
 */
struct iommu_liveupdate_table {
	struct kho_block_set blocks;
	struct kho_block_set_it tail;
	u64 nr;
	struct xarray entries;
	struct xarray free;
};

/**
 * struct iommu_liveupdate_outgoing - State for the next kernel.
 * @ser:     Root in preserved memory.
 * @domains: &struct iommu_domain_ser entries.
 * @devices: &struct iommu_device_ser entries.
 * @last_id: The ID given to a domain last.
 */
struct iommu_liveupdate_outgoing {
	struct iommu_liveupdate_ser *ser;
	struct iommu_liveupdate_table domains;
	struct iommu_liveupdate_table devices;
	u32 last_id;
};

/* Protects the records of the next kernel, and those of the previous one */
DEFINE_MUTEX(iommu_liveupdate_mutex);
static struct iommu_liveupdate_outgoing *iommu_liveupdate_outgoing;

static void iommu_liveupdate_table_init(struct iommu_liveupdate_table *table,
					size_t size)
{
	kho_block_set_init(&table->blocks, size);
	xa_init(&table->entries);
	xa_init_flags(&table->free, XA_FLAGS_ALLOC);
}

static void iommu_liveupdate_table_destroy(struct iommu_liveupdate_table *table)
{
	WARN_ON_ONCE(!xa_empty(&table->entries));
	xa_destroy(&table->free);
	xa_destroy(&table->entries);
	kho_block_set_destroy(&table->blocks);
}

/* The entry is zeroed and stays unused for the next kernel until it is filled in */
static void *iommu_liveupdate_table_get(struct iommu_liveupdate_table *table,
					void *key)
{
	unsigned long index = 0;
	void *entry;
	int err;

	/* Room to give the entry back is taken with it */
	err = xa_insert(&table->entries, (unsigned long)key, XA_ZERO_ENTRY,
			GFP_KERNEL);
	if (err)
		return ERR_PTR(err);

	entry = xa_find(&table->free, &index, ULONG_MAX, XA_PRESENT);
	if (entry) {
		xa_erase(&table->free, index);
	} else {
		err = kho_block_set_grow(&table->blocks, table->nr + 1);
		if (err) {
			xa_release(&table->entries, (unsigned long)key);
			return ERR_PTR(err);
		}

		if (!table->tail.block)
			kho_block_set_it_init(&table->tail, &table->blocks);
		entry = kho_block_set_it_reserve_entry(&table->tail);
		table->nr++;
	}

	xa_store(&table->entries, (unsigned long)key, entry, GFP_KERNEL);
	return entry;
}

static void iommu_liveupdate_table_put(struct iommu_liveupdate_table *table,
				       void *key, void *entry, size_t size)
{
	u32 index;

	xa_erase(&table->entries, (unsigned long)key);
	memset(entry, 0, size);
	/* Without the memory to remember it, the entry is not used again */
	if (xa_alloc(&table->free, &index, entry, xa_limit_32b, GFP_KERNEL))
		pr_debug("an entry is lost\n");
}

static int iommu_liveupdate_flb_preserve(struct liveupdate_flb_op_args *args)
{
	struct iommu_liveupdate_outgoing *out;
	struct iommu_liveupdate_ser *ser;

	out = kzalloc_obj(*out);
	if (!out)
		return -ENOMEM;

	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser)) {
		kfree(out);
		return PTR_ERR(ser);
	}

	ser->version = IOMMU_LIVEUPDATE_VERSION;
	out->ser = ser;
	iommu_liveupdate_table_init(&out->domains,
				    sizeof(struct iommu_domain_ser));
	iommu_liveupdate_table_init(&out->devices,
				    sizeof(struct iommu_device_ser));

	scoped_guard(mutex, &iommu_liveupdate_mutex)
		iommu_liveupdate_outgoing = out;

	args->obj = out;
	args->data = virt_to_phys(ser);
	return 0;
}

static void iommu_liveupdate_flb_unpreserve(struct liveupdate_flb_op_args *args)
{
	struct iommu_liveupdate_outgoing *out = args->obj;

	scoped_guard(mutex, &iommu_liveupdate_mutex)
		iommu_liveupdate_outgoing = NULL;

	iommu_liveupdate_table_destroy(&out->domains);
	iommu_liveupdate_table_destroy(&out->devices);
	kho_unpreserve_free(out->ser);
	kfree(out);
}

/**
 * iommu_domain_can_preserve - Check whether the driver of a domain can preserve it
 * @domain: The domain, borrowed.
 *
 * Context: Any.
 * Return: true if it does; this one may still be refused.
 */
bool iommu_domain_can_preserve(const struct iommu_domain *domain)
{
	return domain->owner && domain->owner->liveupdate;
}
EXPORT_SYMBOL_GPL(iommu_domain_can_preserve);

/**
 * iommu_domain_preserve - Preserve a domain across the next Live Update.
 * @domain: Paging domain, borrowed until iommu_domain_unpreserve(). The caller sees
 *          to it that nothing is mapped or unmapped, and dirty tracking not
 *          switched, until then.
 * @id:     By which the next kernel knows the domain.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex. The file handler of the caller is
 *          one with which the IOMMU FLB is registered.
 * Return: 0 on success, or
 *         -EOPNOTSUPP if the driver cannot preserve such a domain,
 *         -EBUSY if it is preserved already, or dirty tracking is on,
 *         -ENOENT if no file of a handler with the FLB is being preserved,
 *         -ENOMEM if memory cannot be had.
 */
int iommu_domain_preserve(struct iommu_domain *domain, u32 *id)
{
	struct iommu_liveupdate_outgoing *out;
	struct iommu_domain_ser *ser;
	int err;

	if (!iommu_domain_can_preserve(domain))
		return -EOPNOTSUPP;

	guard(mutex)(&iommu_liveupdate_mutex);

	out = iommu_liveupdate_outgoing;
	if (!out)
		return -ENOENT;

	ser = iommu_liveupdate_table_get(&out->domains, domain);
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	out->ser->domains = kho_block_set_head_pa(&out->domains.blocks);

	err = domain->owner->liveupdate->preserve_domain(domain, ser);
	if (err) {
		iommu_liveupdate_table_put(&out->domains, domain, ser,
					   sizeof(*ser));
		return err;
	}

	ser->id = ++out->last_id;
	*id = ser->id;
	return 0;
}
EXPORT_SYMBOL_GPL(iommu_domain_preserve);

/**
 * iommu_domain_unpreserve - Undo iommu_domain_preserve().
 * @domain: The domain. The devices on it are no longer preserved.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex.
 */
void iommu_domain_unpreserve(struct iommu_domain *domain)
{
	struct iommu_liveupdate_outgoing *out;
	struct iommu_domain_ser *ser;

	guard(mutex)(&iommu_liveupdate_mutex);

	out = iommu_liveupdate_outgoing;
	ser = xa_load(&out->domains.entries, (unsigned long)domain);
	if (WARN_ON_ONCE(!ser))
		return;

	domain->owner->liveupdate->unpreserve_domain(domain);
	iommu_liveupdate_table_put(&out->domains, domain, ser, sizeof(*ser));
}
EXPORT_SYMBOL_GPL(iommu_domain_unpreserve);

static struct iommu_domain *iommu_liveupdate_by_id(u32 id)
{
	struct iommu_domain_ser *ser;
	unsigned long key;

	lockdep_assert_held(&iommu_liveupdate_mutex);

	xa_for_each(&iommu_liveupdate_outgoing->domains.entries, key, ser) {
		if (ser->id == id)
			return (struct iommu_domain *)key;
	}

	return NULL;
}

/**
 * iommu_domain_freeze - Check that a preserved device uses a preserved domain
 * @domain: The preserved domain.
 *
 * The next kernel makes a domain for its devices, so that without one there is
 * nothing it could be made for.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex.
 * Return: 0 if there is, -ENODEV if no preserved device is attached to it.
 */
int iommu_domain_freeze(struct iommu_domain *domain)
{
	struct iommu_domain_ser *domain_ser;
	struct iommu_device_ser *ser;
	unsigned long key;

	guard(mutex)(&iommu_liveupdate_mutex);

	domain_ser = xa_load(&iommu_liveupdate_outgoing->domains.entries,
			     (unsigned long)domain);
	if (WARN_ON_ONCE(!domain_ser))
		return -ENODEV;
	xa_for_each(&iommu_liveupdate_outgoing->devices.entries, key, ser) {
		if (ser->domain_id == domain_ser->id)
			return 0;
	}

	return -ENODEV;
}
EXPORT_SYMBOL_GPL(iommu_domain_freeze);

/**
 * iommu_device_preserve - Preserve what a device is attached to.
 * @dev:    PCI device, borrowed until iommu_device_unpreserve(). The caller sees to
 *          it that it stays attached until then.
 * @domain: The preserved domain it is attached to.
 *
 * Context: May sleep. Takes the mutex of the device's group and
 *          iommu_liveupdate_mutex.
 * Return: 0 on success, or
 *         -EINVAL if @domain is not preserved, or @dev is not attached to it, not
 *         alone in its group, or attached to something with a PASID,
 *         -EOPNOTSUPP if the driver cannot preserve such a device,
 *         -EBUSY if it is preserved already,
 *         -ENOENT if no file of a handler with the FLB is being preserved,
 *         -ENOMEM if memory cannot be had.
 */
int iommu_device_preserve(struct device *dev, struct iommu_domain *domain)
{
	const struct iommu_liveupdate_ops *ops;
	struct iommu_liveupdate_outgoing *out;
	struct iommu_domain_ser *domain_ser;
	struct iommu_device_ser *ser;
	int err;

	if (!dev_is_pci(dev) || !dev->iommu_group || !dev->iommu)
		return -EINVAL;
	ops = dev_iommu_ops(dev)->liveupdate;
	if (!ops)
		return -EOPNOTSUPP;
	if (!iommu_liveupdate_sole_user(dev, domain)) {
		dev_info(dev, "liveupdate: cannot run on: not alone in its IOMMU group\n");
		return -EINVAL;
	}

	guard(mutex)(&iommu_liveupdate_mutex);

	out = iommu_liveupdate_outgoing;
	if (!out)
		return -ENOENT;
	domain_ser = xa_load(&out->domains.entries, (unsigned long)domain);
	if (!domain_ser)
		return -EINVAL;

	ser = iommu_liveupdate_table_get(&out->devices, dev);
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	out->ser->devices = kho_block_set_head_pa(&out->devices.blocks);

	ser->segment = pci_domain_nr(to_pci_dev(dev)->bus);
	ser->bdf = pci_dev_id(to_pci_dev(dev));
	err = ops->preserve_device(dev, domain, domain_ser, ser);
	if (err) {
		iommu_liveupdate_table_put(&out->devices, dev, ser,
					   sizeof(*ser));
		return err;
	}

	ser->domain_id = domain_ser->id;
	liveupdate_dma_get();
	return 0;
}
EXPORT_SYMBOL_GPL(iommu_device_preserve);

/**
 * iommu_device_unpreserve - Undo iommu_device_preserve().
 * @dev: The device.
 *
 * Context: May sleep. Takes iommu_liveupdate_mutex.
 */
void iommu_device_unpreserve(struct device *dev)
{
	struct iommu_liveupdate_outgoing *out;
	struct iommu_device_ser *ser;
	struct iommu_domain *domain;

	guard(mutex)(&iommu_liveupdate_mutex);

	out = iommu_liveupdate_outgoing;
	ser = xa_load(&out->devices.entries, (unsigned long)dev);
	if (WARN_ON_ONCE(!ser || !dev->iommu))
		return;

	liveupdate_dma_put();
	domain = iommu_liveupdate_by_id(ser->domain_id);
	dev_iommu_ops(dev)->liveupdate->unpreserve_device(dev, domain);
	iommu_liveupdate_table_put(&out->devices, dev, ser, sizeof(*ser));
}
EXPORT_SYMBOL_GPL(iommu_device_unpreserve);

/**
 * iommu_device_freeze - Check that a device is still as it was preserved
 * @dev: The device.
 *
 * To be called when its file is frozen. Others may have come into its group, or the
 * device may be cut off for a reset that is under way.
 *
 * Context: May sleep. Takes the mutex of the device's group and
 *          iommu_liveupdate_mutex.
 * Return: 0 if it is, -EBUSY if not.
 */
int iommu_device_freeze(struct device *dev)
{
	struct iommu_domain *domain;
	struct iommu_device_ser *ser;

	scoped_guard(mutex, &iommu_liveupdate_mutex) {
		ser = xa_load(&iommu_liveupdate_outgoing->devices.entries,
			      (unsigned long)dev);
		if (WARN_ON_ONCE(!ser))
			return -EBUSY;
		domain = iommu_liveupdate_by_id(ser->domain_id);
	}

	return iommu_liveupdate_sole_user(dev, domain) ? 0 : -EBUSY;
}
EXPORT_SYMBOL_GPL(iommu_device_freeze);

static const struct liveupdate_flb_ops iommu_liveupdate_flb_ops = {
	.preserve = iommu_liveupdate_flb_preserve,
	.unpreserve = iommu_liveupdate_flb_unpreserve,
	.retrieve = iommu_liveupdate_flb_retrieve,
	.finish = iommu_liveupdate_flb_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_flb iommu_liveupdate_flb = {
	.ops = &iommu_liveupdate_flb_ops,
	.compatible = IOMMU_LIVEUPDATE_FLB_COMPATIBLE,
};

/* After LUO comes up, before any driver of an IOMMU does. */
static int __init iommu_liveupdate_init(void)
{
	void *obj;
	int err;

	err = liveupdate_flb_get_incoming(&iommu_liveupdate_flb, &obj);
	switch (err) {
	case 0:
		iommu_liveupdate_init_incoming(obj);
		liveupdate_flb_put_incoming(&iommu_liveupdate_flb);
		return 0;
	case -EOPNOTSUPP:
	case -ENODATA:
	case -ENOENT:
		if (!liveupdate_dma_incoming())
			return 0;
		fallthrough;
	default:
		panic("iommu: liveupdate: cannot read what the previous kernel handed over: %pe\n",
		      ERR_PTR(err));
	}
}
postcore_initcall(iommu_liveupdate_init);

/**
 * iommu_liveupdate_is_stopped - Check that a device does not master the bus.
 * @dev: PCI device.
 *
 * Only then may it get a default domain, which can be an identity mapping. It has to
 * answer: one that cannot be read may do anything.
 *
 * Context: May sleep.
 * Return: true if Bus Master Enable reads as clear.
 */
bool iommu_liveupdate_is_stopped(struct device *dev)
{
	u16 command;

	return !pci_read_config_word(to_pci_dev(dev), PCI_COMMAND, &command) &&
	       !PCI_POSSIBLE_ERROR(command) && !(command & PCI_COMMAND_MASTER);
}

/**
 * iommu_liveupdate_register_flb - Let a file handler preserve domains.
 * @fh: File handler that is registered with LUO, borrowed until
 *      iommu_liveupdate_unregister_flb().
 *
 * Context: May sleep.
 * Return: 0 on success, or
 *         -EOPNOTSUPP if live update is off,
 *         -EEXIST if @fh was registered already,
 *         -EINVAL if @fh is not registered with LUO,
 *         -ENOMEM or -ENOSPC if there is no room for it.
 */
int iommu_liveupdate_register_flb(struct liveupdate_file_handler *fh)
{
	return liveupdate_register_flb(fh, &iommu_liveupdate_flb);
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_register_flb);

/**
 * iommu_liveupdate_unregister_flb - Undo iommu_liveupdate_register_flb().
 * @fh: The file handler.
 *
 * Context: May sleep. No file of @fh is preserved or waits to be finished.
 */
void iommu_liveupdate_unregister_flb(struct liveupdate_file_handler *fh)
{
	liveupdate_unregister_flb(fh, &iommu_liveupdate_flb);
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_unregister_flb);
