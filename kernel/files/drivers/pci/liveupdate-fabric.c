// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the PCI fabric inherits from the previous kernel in a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update, inherited fabric
 *
 * A device that was handed over is known to its peers and to the IOMMU by its
 * requester ID, and what it may reach is decided by ACS on the way. Neither may
 * change while it waits for its owner, so that the new kernel
 *
 * - keeps the bus numbers of all bridges that have some, and not only of those
 *   above preserved devices: a bridge beside them must not be given a range that
 *   overlaps theirs. Bridges without numbers, hot-added ones for example, are
 *   numbered as always, but only within the range of the bridge above. A
 *   preserved bridge that lost its numbers is left alone with all that is below
 *   it, since new numbers would give the devices new names;
 * - keeps ACS Control of preserved devices and bridges for as long as their
 *   struct pci_dev exists. It is written again after each reset, in place of what
 *   the kernel would choose;
 * - keeps ARI Forwarding of incoming bridges, and believes it.
 *
 * All functions are called by enumeration, which serializes them.
 */

#define pr_fmt(fmt) "PCI: liveupdate: " fmt

#include <linux/pci.h>

#include "pci.h"
#include "liveupdate.h"

/**
 * pci_liveupdate_assign_all_busses - Check whether bridges may get new bus numbers
 *
 * Not in a kernel that devices were handed over to, even after all of them are
 * finished: a scan may be under way then, and numbers that were inherited do not add
 * up as those do that were counted here.
 *
 * Context: Enumeration.
 * Return: true if the numbers that they have shall be ignored.
 */
bool pci_liveupdate_assign_all_busses(void)
{
	return pcibios_assign_all_busses() && !pci_liveupdate_inherits();
}

/**
 * pci_liveupdate_bridge_lost - Check whether a preserved bridge lost its bus numbers
 * @bridge:      Bridge that is being scanned, borrowed.
 * @secondary:   Its secondary bus number.
 * @subordinate: Its subordinate bus number.
 * @broken:      They do not fit its place in the hierarchy.
 * @pass:        Pass of the scan, 0 or 1.
 *
 * Context: Enumeration.
 * Return: true if nothing below @bridge may be scanned.
 */
bool pci_liveupdate_bridge_lost(struct pci_dev *bridge, u8 secondary,
				u8 subordinate, bool broken, int pass)
{
	if (!pci_liveupdate_is_incoming(bridge))
		return false;

	/* @broken is known in the first pass only, which then makes no bus */
	if (pass)
		return !bridge->subordinate;

	if (secondary && subordinate && !broken)
		return false;

	pci_err(bridge, "liveupdate: lost its bus numbers (now [bus %02x-%02x]), devices below it cannot be reached\n",
		secondary, subordinate);
	return true;
}

/**
 * pci_liveupdate_bus_beyond - Check whether a bus number is outside the parent's range
 * @bridge: Bridge that is about to be numbered, borrowed.
 * @busnr:  The number it would get.
 *
 * Bridges that are scanned later may have it already, which shows only once the
 * scan gets there.
 *
 * Context: Enumeration.
 * Return: true if @bridge has to stay without numbers.
 */
bool pci_liveupdate_bus_beyond(struct pci_dev *bridge, int busnr)
{
	if (!pci_liveupdate_inherits() ||
	    busnr <= bridge->bus->busn_res.end)
		return false;

	pci_err(bridge, "liveupdate: no bus number left in %pR, not scanned\n",
		&bridge->bus->busn_res);
	return true;
}

/**
 * pci_liveupdate_acs_init - Record the ACS Control of an incoming device.
 * @dev: Device or bridge whose ACS capability was just found, borrowed.
 *
 * Context: Enumeration.
 */
void pci_liveupdate_acs_init(struct pci_dev *dev)
{
	u16 ctrl;

	if (dev->liveupdate.in != PCI_LIVEUPDATE_IN_FOUND)
		return;

	if (pci_read_config_word(dev, dev->acs_cap + PCI_ACS_CTRL, &ctrl) ||
	    PCI_POSSIBLE_ERROR(ctrl))
		return;

	dev->liveupdate.acs_ctrl = ctrl;
	dev->liveupdate.acs_inherited = true;
}

/**
 * pci_liveupdate_restore_acs - Write the inherited ACS Control.
 * @dev: Device or bridge, borrowed.
 *
 * Context: Wherever ACS is enabled: when a driver is bound, after a reset.
 * Return: true if @dev inherits ACS, so that nothing else shall be written.
 */
bool pci_liveupdate_restore_acs(struct pci_dev *dev)
{
	u16 ctrl;

	if (!dev->liveupdate.acs_inherited)
		return false;

	pci_read_config_word(dev, dev->acs_cap + PCI_ACS_CTRL, &ctrl);
	if (ctrl != dev->liveupdate.acs_ctrl)
		pci_write_config_word(dev, dev->acs_cap + PCI_ACS_CTRL,
				      dev->liveupdate.acs_ctrl);
	return true;
}

/**
 * pci_liveupdate_inherit_ari - Believe the ARI Forwarding of an incoming bridge.
 * @dev: Function 0 below the bridge, borrowed.
 *
 * Context: Enumeration.
 * Return: true if the bridge above @dev is incoming and keeps its setting.
 */
bool pci_liveupdate_inherit_ari(struct pci_dev *dev)
{
	struct pci_dev *bridge = pci_upstream_bridge(dev);
	u16 ctl;

	if (dev->devfn || !bridge || !pci_liveupdate_is_incoming(bridge))
		return false;

	pcie_capability_read_word(bridge, PCI_EXP_DEVCTL2, &ctl);
	bridge->ari_enabled = !!(ctl & PCI_EXP_DEVCTL2_ARI);
	return true;
}
