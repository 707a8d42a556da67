// SPDX-License-Identifier: GPL-2.0-only
/*
 * What nobody may do to PCI devices that are handed over in a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update, guards
 *
 * A device that is handed over has an owner who is not there for a while. Root, other
 * drivers and the owners of devices beside it have ways to reset it, to take it away
 * or to give it another driver; each of them asks here first. While the owner is
 * there, its own driver decides what may happen to the device.
 *
 * Nothing here changes the state of a device, and nothing waits.
 */

#define pr_fmt(fmt) "PCI: liveupdate: " fmt

#include <linux/cleanup.h>
#include <linux/pci.h>

#include "pci.h"
#include "liveupdate.h"

/**
 * pci_liveupdate_is_incoming - Check whether a device waits to be finished
 * @dev: Device or bridge, borrowed.
 *
 * Context: Any.
 * Return: true from enumeration to pci_liveupdate_finish().
 */
bool pci_liveupdate_is_incoming(struct pci_dev *dev)
{
	return READ_ONCE(dev->liveupdate.in);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_is_incoming);

/**
 * pci_liveupdate_is_protected - Check whether others must leave a device alone.
 * @dev: Device or bridge, borrowed.
 *
 * Context: Any.
 * Return: true while an incoming device waits for its owner, for a bridge until
 *         all devices below it are finished.
 */
bool pci_liveupdate_is_protected(struct pci_dev *dev)
{
	enum pci_liveupdate_in in = READ_ONCE(dev->liveupdate.in);

	return in && in != PCI_LIVEUPDATE_IN_RETRIEVED;
}

/**
 * pci_liveupdate_is_tracked - Check whether a Live Update depends on a device.
 * @dev: Device or bridge, borrowed.
 *
 * Context: Any.
 * Return: true while @dev is preserved or incoming.
 */
bool pci_liveupdate_is_tracked(struct pci_dev *dev)
{
	return READ_ONCE(dev->liveupdate.out) || pci_liveupdate_is_incoming(dev);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_is_tracked);

/**
 * pci_liveupdate_busy - Keep root from a device that is handed over.
 * @dev:  Device or bridge, borrowed.
 * @what: What root asked for, to be read before "refused".
 *
 * Context: Any.
 * Return: 0 if no Live Update depends on @dev, or
 *         -EBUSY if one does, which is logged.
 */
int pci_liveupdate_busy(struct pci_dev *dev, const char *what)
{
	if (!pci_liveupdate_is_tracked(dev))
		return 0;

	pci_info_ratelimited(dev, "liveupdate: %s refused until the session is closed, finished or discarded\n",
			     what);
	return -EBUSY;
}

/**
 * pci_liveupdate_slot_busy - Keep root from powering off a slot.
 * @slot: Slot, borrowed.
 *
 * Context: May sleep. Takes pci_bus_sem.
 * Return: 0 if no Live Update depends on a device in @slot, or
 *         -EBUSY if one does, which is logged.
 */
int pci_liveupdate_slot_busy(struct pci_slot *slot)
{
	struct pci_dev *dev;

	guard(rwsem_read)(&pci_bus_sem);

	/* Bridges are tracked with the devices below them */
	list_for_each_entry(dev, &slot->bus->devices, bus_list)
		if (dev->slot == slot && pci_liveupdate_busy(dev, "slot power off"))
			return -EBUSY;

	return 0;
}

/**
 * pci_liveupdate_bus_protected - Check whether a bus reset would hit a handed-over device.
 * @bus:  Bus, borrowed, with its devices kept from changing by the caller.
 * @slot: Only devices of this slot, or NULL for all. Borrowed.
 *
 * Context: May sleep.
 * Return: true if a device on @bus or below is protected, or has virtual functions
 *         that a Live Update depends on.
 */
bool pci_liveupdate_bus_protected(struct pci_bus *bus, struct pci_slot *slot)
{
	struct pci_dev *dev;

	list_for_each_entry(dev, &bus->devices, bus_list) {
		if (slot && dev->slot != slot)
			continue;
		if (pci_liveupdate_is_protected(dev) ||
		    pci_liveupdate_vfs_busy(dev, "bus reset") ||
		    (dev->subordinate &&
		     pci_liveupdate_bus_protected(dev->subordinate, NULL)))
			return true;
	}

	return false;
}

/**
 * pci_liveupdate_may_bind - Check whether a driver may bind to a device.
 * @dev: Device, borrowed.
 * @drv: Driver, borrowed.
 *
 * The driver of an incoming device is chosen by its owner, through
 * ``driver_override``, and not by what happens to be built in, and it has to be one
 * that knows what to do with such a device. Bridges need theirs for the devices
 * below. Virtual functions that were not handed over, but are there because of others
 * that were, had a driver chosen for them as well. A physical function gets no driver
 * that would reset it below them, not even a chosen one.
 *
 * Context: Any.
 * Return: false if @dev has to be kept from @drv.
 */
bool pci_liveupdate_may_bind(struct pci_dev *dev,
			     const struct device_driver *drv)
{
	bool chosen = device_match_driver_override(&dev->dev, drv) > 0;

	if (!pci_liveupdate_physfn_may_bind(dev, to_pci_driver(drv)))
		return false;

	if (!pci_liveupdate_is_incoming(dev))
		return !dev->is_virtfn || chosen ||
		       !pci_liveupdate_is_incoming(pci_physfn(dev));

	if (pci_is_bridge(dev))
		return true;

	return chosen && (to_pci_driver(drv)->liveupdate ||
			  pci_liveupdate_inherited_vfs(dev));
}
