// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSI-X of PCI devices that run on through a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update, interrupts between the kernels
 *
 * The owner of a running device frees its interrupts before the kexec, and sets
 * them up again in the next kernel. Nobody handles an interrupt in between. A device
 * with MSI-X keeps it: while a vector is masked and MSI-X is enabled, an interrupt
 * sets the bit of the vector in the Pending Bit Array, and is sent once the vector is
 * unmasked (PCI Express Base Specification, 6.1.4.5). So MSI-X is latched instead of
 * being disabled: enabled, with each vector and the whole function masked.
 *
 * From which moment on
 * ====================
 *
 * free_irq() masks a vector, and waits for its handler. An interrupt before that was
 * handled, one after it is latched. pci_free_irq_vectors() masks the function and
 * leaves MSI-X enabled. Masks and pending bits are in the device, so nothing is
 * handed over. The next kernel leaves MSI-X enabled when it finds the device, if the
 * function is masked, and pci_alloc_irq_vectors() does what it always does: the
 * function stays masked until all vectors are, and request_irq() unmasks a vector
 * after its new message was written.
 *
 * Interrupt remapping
 * ===================
 *
 * It does not matter, as no message is sent before the new one was written. The old
 * entry of a vector was freed with it, and the table without entries that the IOMMU
 * uses between the kernels sees no message of a masked vector.
 *
 * What is not latched
 * ===================
 *
 * - MSI and INTx. A device need not have mask and pending bits for MSI. INTx is a
 *   level: it is there again if its cause still is.
 * - MSI-X that was freed before the device was preserved, or when it was not to run
 *   on. It is disabled.
 * - Interrupts of a device that was reset since.
 * - An interrupt whose cause is gone: the device may clear the pending bit.
 *
 * The owner has to look at the device once in these cases, and it may always do so:
 * an interrupt too many does no harm.
 *
 * Life cycle
 * ==========
 *
 * While MSI-X is enabled the device sends neither MSI nor INTx. The PCI core calls
 * pci_liveupdate_drop_msix() before a driver gets one of these. A driver that uses
 * INTx without asking the core for it, gives the device up or closes it does so
 * itself. A vector that is pending and not set up again stays pending.
 *
 * A physical function counts as running while a virtual one does, so its MSI-X is
 * latched as well when it is freed.
 */

#include <linux/export.h>
#include <linux/pci.h>

#include "pci.h"
#include "liveupdate.h"

/* Ports count as running, too, but nobody waits for what they have to say */
static bool pci_liveupdate_may_latch(struct pci_dev *dev)
{
	return pci_liveupdate_is_running(dev) && !pci_is_bridge(dev);
}

/**
 * pci_liveupdate_latch_msix - Mask MSI-X of a running device instead of disabling it
 * @dev: Device whose MSI-X is being freed, borrowed.
 *
 * Context: Any.
 * Return: false if the device does not run on: MSI-X is to be disabled.
 */
bool pci_liveupdate_latch_msix(struct pci_dev *dev)
{
	u16 ctrl;

	if (!pci_liveupdate_may_latch(dev))
		return false;

	pci_read_config_word(dev, dev->msix_cap + PCI_MSIX_FLAGS, &ctrl);
	pci_write_config_word(dev, dev->msix_cap + PCI_MSIX_FLAGS,
			      ctrl | PCI_MSIX_FLAGS_ENABLE |
			      PCI_MSIX_FLAGS_MASKALL);
	return true;
}

/**
 * pci_liveupdate_inherit_msix - Check whether MSI-X was latched by the last kernel
 * @dev: Device that is being enumerated, borrowed.
 * @ctrl: Its Message Control, with MSI-X enabled.
 *
 * Context: Enumeration.
 * Return: true if it is to be left enabled. One that is not masked would send
 *         messages of the previous kernel.
 */
bool pci_liveupdate_inherit_msix(struct pci_dev *dev, u16 ctrl)
{
	return ctrl & PCI_MSIX_FLAGS_MASKALL && pci_liveupdate_may_latch(dev);
}

/**
 * pci_liveupdate_drop_msix - Disable MSI-X that was latched
 * @dev: Any device, borrowed. The caller keeps others from setting interrupts up.
 *
 * Does nothing if MSI-X is in use or disabled. Pending interrupts are lost.
 *
 * Context: Any.
 */
void pci_liveupdate_drop_msix(struct pci_dev *dev)
{
	u16 ctrl;

	if (!dev->msix_cap || dev->msix_enabled)
		return;
	if (pci_read_config_word(dev, dev->msix_cap + PCI_MSIX_FLAGS, &ctrl) ||
	    PCI_POSSIBLE_ERROR(ctrl) || !(ctrl & PCI_MSIX_FLAGS_ENABLE))
		return;

	pci_write_config_word(dev, dev->msix_cap + PCI_MSIX_FLAGS,
			      ctrl & ~(PCI_MSIX_FLAGS_ENABLE |
				       PCI_MSIX_FLAGS_MASKALL));
}
EXPORT_SYMBOL_GPL(pci_liveupdate_drop_msix);
