// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of vfio-pci devices that run on through a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: VFIO PCI Live Update, state of a running device
 *
 * A device that runs on is not touched when the next kernel opens it: not stopped,
 * not reset, not tried out. What vfio-pci otherwise learns that way, and what it
 * keeps of its own, is carried over in struct vfio_pci_state_ser:
 *
 * - the virtual configuration space, so that each read of it gives what it gave
 *   before, and what restores BARs after a reset behind our back;
 * - the state that was saved when the device was opened in the old kernel, and
 *   whether it can be reset, so that a close does what it would have done there;
 * - what is known of its INTx and its power management.
 *
 * Which capability is where is read again. So is all of interrupts: there are none
 * until the owner sets them up.
 *
 * Written while the device is frozen, with the memory that was had when it was
 * preserved. Read when the device is first opened; until that has succeeded the
 * record is still needed, and the device goes on as it is.
 */

#include <linux/kho/abi/vfio_pci.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "vfio_pci_priv.h"

static_assert(VFIO_PCI_STATE_CFG_SIZE == PCI_CFG_SPACE_EXP_SIZE);
static_assert(sizeof_field(struct vfio_pci_state_ser, rbar) ==
	      sizeof_field(struct vfio_pci_core_device, rbar));

/**
 * vfio_pci_state_size - Size of the state of a device
 * @vdev: Device, open. Borrowed.
 *
 * Context: Any. The same until the device is closed.
 * Return: Size in bytes of what vfio_pci_state_save() writes.
 */
size_t vfio_pci_state_size(struct vfio_pci_core_device *vdev)
{
	size_t size = sizeof(struct vfio_pci_state_ser);

	if (vdev->pci_saved_state)
		size += pci_saved_state_ser_size(vdev->pci_saved_state) -
			sizeof(struct pci_state_ser);

	return size;
}
EXPORT_SYMBOL_GPL(vfio_pci_state_size);

/**
 * vfio_pci_state_was_reset - Check whether a device lost its BARs.
 * @vdev: Device, open. Borrowed.
 *
 * Error recovery resets a device without asking its owner, who has to set it up
 * again. A device that does not respond counts as reset.
 *
 * Context: The owner is kept from using the device.
 * Return: true if a BAR is not where it was when the device was opened.
 */
bool vfio_pci_state_was_reset(struct vfio_pci_core_device *vdev)
{
	u32 bar;
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		if (!vdev->rbar[i])
			continue;
		if (pci_read_config_dword(vdev->pdev,
					  PCI_BASE_ADDRESS_0 + 4 * i, &bar) ||
		    bar != vdev->rbar[i])
			return true;
	}

	return false;
}
EXPORT_SYMBOL_GPL(vfio_pci_state_was_reset);

/**
 * vfio_pci_state_save - Write the state of a device for the next kernel.
 * @vdev: Device, open. Borrowed.
 * @ser:  Where to, vfio_pci_state_size() bytes of zeroes or of an older state.
 *
 * Context: The owner is kept from using the device.
 */
void vfio_pci_state_save(struct vfio_pci_core_device *vdev,
			 struct vfio_pci_state_ser *ser)
{
	struct pci_dev *pdev = vdev->pdev;

	ser->flags = 0;
	if (vdev->virq_disabled)
		ser->flags |= VFIO_PCI_STATE_VIRQ_DISABLED;
	if (vdev->bardirty)
		ser->flags |= VFIO_PCI_STATE_BARDIRTY;
	if (vdev->pci_2_3)
		ser->flags |= VFIO_PCI_STATE_PCI_2_3;
	if (vdev->reset_works)
		ser->flags |= VFIO_PCI_STATE_RESET_WORKS;
	if (vdev->nointx)
		ser->flags |= VFIO_PCI_STATE_NOINTX;
	if (vdev->needs_pm_restore)
		ser->flags |= VFIO_PCI_STATE_PM_RESTORE;
	if (vdev->needs_reset)
		ser->flags |= VFIO_PCI_STATE_NEEDS_RESET;

	ser->cfg_size = pdev->cfg_size;
	ser->msi_qmax = vdev->msi_qmax;
	memcpy(ser->rbar, vdev->rbar, sizeof(ser->rbar));
	memcpy(ser->vconfig, vdev->vconfig, pdev->cfg_size);
	if (vdev->pci_saved_state)
		pci_saved_state_serialize(vdev->pci_saved_state, &ser->pci);
}
EXPORT_SYMBOL_GPL(vfio_pci_state_save);

/**
 * vfio_pci_state_check - Check the state of a device from the previous kernel
 * @pdev: Device, borrowed.
 * @ser:  What the previous kernel wrote, borrowed.
 * @size: How many bytes of it there are.
 *
 * Context: Any.
 * Return: 0 if it can, or
 *         -EINVAL if it cannot (the log says why).
 */
int vfio_pci_state_check(struct pci_dev *pdev,
			 const struct vfio_pci_state_ser *ser, size_t size)
{
	if (size < sizeof(*ser) ||
	    LIVEUPDATE_SER_UNKNOWN(ser->flags, VFIO_PCI_STATE_FLAGS) ||
	    memchr_inv(ser->reserved, 0, sizeof(ser->reserved)) ||
	    ser->msi_qmax > 5 ||
	    (ser->pci.size &&
	     !pci_saved_state_check(&ser->pci,
				    size - offsetof(typeof(*ser), pci)))) {
		pci_err(pdev, "liveupdate: cannot be retrieved: its state is damaged\n");
		return -EINVAL;
	}

	if (ser->cfg_size != pdev->cfg_size) {
		pci_err(pdev, "liveupdate: cannot be retrieved: its configuration space had %u bytes, and has %d here\n",
			ser->cfg_size, pdev->cfg_size);
		return -EINVAL;
	}

	return 0;
}
EXPORT_SYMBOL_GPL(vfio_pci_state_check);

/**
 * vfio_pci_state_load - Take over what is otherwise learned from the hardware.
 * @vdev: Device that is being opened, and has a state of the previous kernel.
 *        Borrowed.
 *
 * Context: Open, with the lock of the device set held.
 * Return: 0 on success, or
 *         -ENOMEM if memory cannot be had.
 */
int vfio_pci_state_load(struct vfio_pci_core_device *vdev)
{
	const struct vfio_pci_state_ser *ser = vdev->liveupdate_state;

	if (ser->pci.size) {
		vdev->pci_saved_state =
			pci_saved_state_deserialize(vdev->pdev, &ser->pci);
		if (!vdev->pci_saved_state)
			return -ENOMEM;
	}

	vdev->reset_works = ser->flags & VFIO_PCI_STATE_RESET_WORKS;
	vdev->pci_2_3 = ser->flags & VFIO_PCI_STATE_PCI_2_3;
	vdev->nointx = ser->flags & VFIO_PCI_STATE_NOINTX;
	vdev->needs_pm_restore = ser->flags & VFIO_PCI_STATE_PM_RESTORE;
	vdev->needs_reset = ser->flags & VFIO_PCI_STATE_NEEDS_RESET;

	return 0;
}

/**
 * vfio_pci_state_load_config - Take over the virtual configuration space.
 * @vdev: As for vfio_pci_state_load(), whose configuration space was set up as
 *        that of any device. Borrowed.
 *
 * Nothing can fail after this: the state of the previous kernel is used up.
 *
 * Context: As for vfio_pci_state_load().
 */
void vfio_pci_state_load_config(struct vfio_pci_core_device *vdev)
{
	const struct vfio_pci_state_ser *ser = vdev->liveupdate_state;

	memcpy(vdev->rbar, ser->rbar, sizeof(vdev->rbar));
	memcpy(vdev->vconfig, ser->vconfig, ser->cfg_size);
	vdev->msi_qmax = ser->msi_qmax;
	vdev->virq_disabled = ser->flags & VFIO_PCI_STATE_VIRQ_DISABLED;
	vdev->bardirty = ser->flags & VFIO_PCI_STATE_BARDIRTY;

	vdev->liveupdate_state = NULL;
	pci_info(vdev->pdev, "liveupdate: opened, and was never stopped\n");
}
