// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enumeration of PCI devices that run on through a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update, silent enumeration
 *
 * A device whose driver called pci_liveupdate_set_running() moves data while the
 * new kernel enumerates it. So nothing is written to it, or to a bridge above it,
 * that a transaction in flight, or a peer that accesses its memory, could notice:
 *
 * - Its BARs are not sized, with address decoding off as that is done, but have
 *   their addresses read and their sizes taken from the record. For a bridge
 *   window only the registers are read, never tried whether they can be written.
 * - What was found is where it stays. Neither ``pci=realloc`` nor
 *   ``pci=resource_alignment=`` nor lack of space for another device moves or
 *   resizes a BAR or a window. A window that is closed stays closed. What is added
 *   below such a bridge has to do with the room there is.
 * - Whether INTx Disable can be written is taken from the record.
 * - Payload and read request sizes, extended tags, relaxed ordering, the read
 *   completion boundary, LTR, ECRC and the ASPM state of the links are left alone,
 *   whatever the command line says. A device beside adapts to what the bridge has.
 * - PME, which nobody could have enabled, is not disabled again.
 * - A USB host controller is not taken over from the firmware, which would halt it.
 *
 * BARs and bridge windows stay fixed for as long as the struct pci_dev
 * exists, as nothing tells when the last user of an address is gone, and the link
 * has no ASPM control through sysfs that long. Resizing such a BAR is refused:
 * nothing would assign an %IORESOURCE_PCI_FIXED resource again.
 *
 * What is still written
 * =====================
 *
 * This, before the owner is back, and none of it concerns what the device does for
 * its owner:
 *
 * - MSI: Enable is cleared if it is set. Owners turn interrupts off before kexec.
 * - MSI-X: the same, unless the function is masked, see "interrupts between the
 *   kernels".
 * - Error reporting, if there is AER: error status is cleared, advisory errors are
 *   unmasked, error messages are enabled in Device Control, whose other bits are
 *   written as they were read.
 * - SR-IOV, of a device without virtual functions: control with VFs off, page size,
 *   number of VFs to learn their addresses, VF BARs to size them.
 * - Expansion ROM, on x86: Enable is cleared if it is set.
 * - Data Object Exchange: each mailbox is aborted and asked for its features.
 *   VFIO hides them, so that no owner has an exchange under way.
 * - Integrity and Data Encryption: streams that are off get the reserved stream ID,
 *   streams that are on are left alone.
 * - Bridges: Secondary Status is cleared. The services of a root port turn on its
 *   own interrupts (MSI or MSI-X, with INTx Disable in COMMAND; in Root Control and
 *   Command, Slot Control, Link Control) and clear what they report (Root, Slot,
 *   Link and Device Status). Precision Time Measurement is enabled as before.
 *   Windows, bus numbers, Bridge Control and the rest of COMMAND are not written.
 *
 * Quirks of particular devices are run as ever. They have not been audited.
 *
 * Unhappy paths
 * =============
 *
 * - A BAR that has no address any more was lost in a reset: the log says so, it is
 *   handled like that of any device, and the device no longer counts as running.
 * - A BAR or window that cannot be claimed stays where it is, too, and the log says
 *   so. The device works on, but cannot be enabled by a driver. As all of them were
 *   claimed in the previous kernel, this takes other host bridge windows, for
 *   example through ``pci=nocrs``.
 */

#define pr_fmt(fmt) "PCI: liveupdate: " fmt

#include <linux/kho/abi/pci.h>
#include <linux/log2.h>
#include <linux/pci.h>

#include "pci.h"
#include "liveupdate.h"

/**
 * pci_liveupdate_record - Record what the next kernel must not probe for.
 * @dev: Device or bridge that runs on, borrowed.
 * @ser: Its entry.
 *
 * Only what is assigned is recorded. What is not, the next kernel shall not assign
 * either: it would have to write to a BAR.
 *
 * Context: Called with pci_liveupdate_rwsem held.
 */
void pci_liveupdate_record(struct pci_dev *dev,
			   struct pci_liveupdate_dev_ser *ser)
{
	int nr_bars = pci_is_bridge(dev) ? 2 : PCI_STD_NUM_BARS;
	struct resource *res;
	int i;

	if (dev->broken_intx_masking)
		ser->flags |= PCI_LIVEUPDATE_DEV_INTX_BROKEN;
	if (dev->io_window)
		ser->flags |= PCI_LIVEUPDATE_DEV_IO_WINDOW;
	if (dev->pref_window)
		ser->flags |= PCI_LIVEUPDATE_DEV_PREF_WINDOW;
	if (dev->pref_64_window)
		ser->flags |= PCI_LIVEUPDATE_DEV_PREF_64_WINDOW;

	/* A quirk may have made the resource another size than the BAR */
	for (i = 0; i < nr_bars; i++) {
		res = pci_resource_n(dev, i);
		if (res->flags && res->parent)
			ser->size[i] = roundup_pow_of_two(resource_size(res));
	}

	/* The ROM is off, and assigned only when it is to be read */
	res = pci_resource_n(dev, PCI_ROM_RESOURCE);
	if (res->flags && !(res->flags & IORESOURCE_ROM_SHADOW))
		ser->size[PCI_LIVEUPDATE_ROM] =
			roundup_pow_of_two(resource_size(res));
}

/**
 * pci_liveupdate_valid_record - Check the record of a running device
 * @ser: Entry of the previous kernel that has running devices.
 *
 * Context: Any.
 * Return: false if it is damaged.
 */
bool pci_liveupdate_valid_record(const struct pci_liveupdate_dev_ser *ser)
{
	bool bridge = ser->flags & PCI_LIVEUPDATE_DEV_BRIDGE;
	int i;

	if (ser->running > ser->refcount ||
	    (!bridge && ser->flags & PCI_LIVEUPDATE_DEV_BRIDGE_FLAGS))
		return false;

	for (i = 0; i < PCI_LIVEUPDATE_NR_SIZES; i++)
		if (ser->size[i] && !is_power_of_2(ser->size[i]))
			return false;

	return true;
}

/**
 * pci_liveupdate_inherit_intx - Believe what is recorded of INTx Disable.
 * @dev: Device or bridge that is being enumerated, borrowed.
 *
 * Context: Enumeration.
 * Return: false if @dev is not running and it has to be tried.
 */
bool pci_liveupdate_inherit_intx(struct pci_dev *dev)
{
	struct pci_liveupdate_dev_ser ser;

	if (!pci_liveupdate_get_record(dev, &ser))
		return false;

	dev->broken_intx_masking =
		!!(ser.flags & PCI_LIVEUPDATE_DEV_INTX_BROKEN);
	return true;
}

/**
 * pci_liveupdate_fill_bars - Say what sizing would have read.
 * @dev:     Device or bridge that is being enumerated, borrowed.
 * @pos:     Its first BAR.
 * @howmany: Number of BARs.
 * @sizes:   Recorded sizes in bytes.
 * @bars:    Filled in with what the BARs would read after writing all ones.
 *
 * Context: Enumeration.
 */
void pci_liveupdate_fill_bars(struct pci_dev *dev, int pos,
			      unsigned int howmany, const u64 *sizes, u32 *bars)
{
	unsigned int i;
	u64 mask;
	u32 bar;

	for (i = 0; i < howmany; i++) {
		mask = sizes[i] ? ~(sizes[i] - 1) : 0;
		bars[i] = lower_32_bits(mask);

		pci_read_config_dword(dev, pos + 4 * i, &bar);
		if (!(bar & PCI_BASE_ADDRESS_SPACE_IO) &&
		    (bar & PCI_BASE_ADDRESS_MEM_TYPE_MASK) ==
		    PCI_BASE_ADDRESS_MEM_TYPE_64 && i + 1 < howmany)
			bars[++i] = upper_32_bits(mask);
	}
}

/**
 * pci_liveupdate_size_bars - Size the BARs of a running device from its record.
 * @dev:     Device or bridge that is being enumerated, borrowed.
 * @howmany: Number of BARs.
 * @bars:    Filled in with what the BARs would read after writing all ones.
 * @rom:     Register of the expansion ROM, or 0.
 * @rombar:  The same for the expansion ROM, if @rom is not 0.
 *
 * Context: Enumeration.
 * Return: false if @dev is not running and has to be asked.
 */
bool pci_liveupdate_size_bars(struct pci_dev *dev, unsigned int howmany,
			      u32 *bars, int rom, u32 *rombar)
{
	struct pci_liveupdate_dev_ser ser;

	if (!pci_liveupdate_get_record(dev, &ser))
		return false;

	pci_liveupdate_fill_bars(dev, PCI_BASE_ADDRESS_0, howmany, ser.size,
				 bars);
	if (rom)
		*rombar = ser.size[PCI_LIVEUPDATE_ROM] ?
			  ~(u32)(ser.size[PCI_LIVEUPDATE_ROM] - 1) : 0;
	return true;
}

/**
 * pci_liveupdate_fix_bars - Keep the BARs of a running device where they are.
 * @dev:     Device or bridge that is being enumerated, with its BARs read,
 *           borrowed.
 * @howmany: Number of BARs.
 *
 * The expansion ROM may move: it is off, and its address is written when it is
 * turned on.
 *
 * Context: Enumeration.
 */
void pci_liveupdate_fix_bars(struct pci_dev *dev, unsigned int howmany)
{
	struct resource *res;
	bool lost = false;
	unsigned int i;

	if (!pci_liveupdate_is_running(dev))
		return;

	for (i = 0; i < howmany; i++) {
		res = pci_resource_n(dev, i);
		if (!res->flags)
			continue;

		if (res->start && !(res->flags & IORESOURCE_UNSET)) {
			res->flags |= IORESOURCE_PCI_FIXED;
			continue;
		}
		pci_err(dev, "liveupdate: %s %pR: ran on, but lost its address\n",
			pci_resource_name(dev, i), res);
		lost = true;
	}

	if (lost)
		pci_liveupdate_set_stopped(dev);
}

/**
 * pci_liveupdate_inherit_windows - Find the windows above running devices
 * @bridge: Bridge that is being enumerated, borrowed.
 *
 * Context: Enumeration.
 * Return: false if there is none below @bridge and it has to be tried.
 */
bool pci_liveupdate_inherit_windows(struct pci_dev *bridge)
{
	struct pci_liveupdate_dev_ser ser;

	if (!pci_liveupdate_get_record(bridge, &ser))
		return false;

	bridge->liveupdate.keep_windows = true;
	bridge->io_window = !!(ser.flags & PCI_LIVEUPDATE_DEV_IO_WINDOW);
	bridge->pref_window = !!(ser.flags & PCI_LIVEUPDATE_DEV_PREF_WINDOW);
	bridge->pref_64_window =
		!!(ser.flags & PCI_LIVEUPDATE_DEV_PREF_64_WINDOW);
	return true;
}

/**
 * pci_liveupdate_fix_windows - Keep the windows of a bridge as they are.
 * @bridge: Bridge whose windows were read, borrowed.
 *
 * Opening a window takes several writes if it has 64 bits, and between them it is
 * somewhere else, where it might swallow what a device below is writing.
 *
 * Context: Enumeration.
 */
void pci_liveupdate_fix_windows(struct pci_dev *bridge)
{
	struct resource *res;
	int i;

	if (!bridge->liveupdate.keep_windows)
		return;

	for (i = PCI_BRIDGE_IO_WINDOW; i <= PCI_BRIDGE_PREF_MEM_WINDOW; i++) {
		res = pci_resource_n(bridge, i);
		if (res->start && !(res->flags & IORESOURCE_UNSET)) {
			res->flags |= IORESOURCE_PCI_FIXED;
		} else {
			resource_set_range(res, 0, 0);
			res->flags = 0;
		}
	}
}

/**
 * pci_liveupdate_keep_windows - Check whether bridge windows must stay as they are
 * @bridge: Bridge, borrowed.
 *
 * %IORESOURCE_PCI_FIXED keeps a window from being assigned, but not its registers
 * from being written: a window that is closed, or that x86 could not claim, has no
 * flags.
 *
 * Context: Any.
 * Return: true if a device ran on below it when it was enumerated.
 */
bool pci_liveupdate_keep_windows(struct pci_dev *bridge)
{
	return bridge->liveupdate.keep_windows;
}

/**
 * pci_liveupdate_claim_failed - Tell that a resource in use was not claimed.
 * @dev:      Device or bridge, borrowed.
 * @resource: Index of the resource.
 *
 * Context: Any.
 */
void pci_liveupdate_claim_failed(struct pci_dev *dev, int resource)
{
	struct resource *res = pci_resource_n(dev, resource);

	if (res->flags & IORESOURCE_PCI_FIXED && pci_liveupdate_is_running(dev))
		pci_err(dev, "liveupdate: %s %pR: in use by a device that ran on, but not claimed; stays there\n",
			pci_resource_name(dev, resource), res);
}
