// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reset of vfio-pci devices on their way to the next kernel.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: VFIO PCI Live Update, reset at shutdown
 *
 * A device that does not run on is reset by the old kernel, so that it is idle
 * until its owner has it back. That cannot be undone, so it is done where the
 * kexec can no longer fail: once the device is shut down.
 *
 * A reset is mostly waiting, 100 ms for a function level reset, and devices are shut
 * down one after the other. Therefore shutdown only starts the reset, and all that
 * still run are waited for at the very end, when the system core is shut down.
 * Devices below the same bridge are reset one after the other nevertheless, as a
 * reset takes the lock of the bridge, and so is what has no bridge above it. Other
 * architectures shut down IOMMUs and host bridges as devices, before that end, so
 * that shutdown has to wait there.
 *
 * If the reset fails, or is not tried as the driver is being unbound, the device is
 * kept from DMA nevertheless, the next kernel is not told that it was reset, and
 * resets it when it is first opened.
 *
 * The work takes the locks of the bridge above and then of the device, as any
 * reset does. Shutdown has them already, and does not wait for the work.
 */

#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/syscore_ops.h>
#include <linux/workqueue.h>

#include "vfio_pci_liveupdate.h"

/* Of its own, so that a reboot does not wait for memory that is not there. */
static struct workqueue_struct *vfio_pci_liveupdate_wq;

/* Called with the locks of the device and of the bridge above held. */
static void vfio_pci_liveupdate_reset(struct vfio_pci_core_device *vdev,
				      struct pci_dev *bridge)
{
	struct pci_dev *pdev = vdev->pdev;
	int ret;

	if (bridge)
		pci_cfg_access_lock(bridge);
	pci_cfg_access_lock(pdev);
	ret = __pci_reset_function_locked(pdev);
	pci_restore_state(pdev);
	pci_write_config_word(pdev, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE);
	pci_cfg_access_unlock(pdev);
	if (bridge)
		pci_cfg_access_unlock(bridge);

	if (ret) {
		pci_warn(pdev, "liveupdate: reset failed (%pe), left to the next kernel\n",
			 ERR_PTR(ret));
		return;
	}
	vdev->liveupdate_ser->flags |= VFIO_PCI_LIVEUPDATE_RESET_DONE;
}

static void vfio_pci_liveupdate_reset_work(struct work_struct *work)
{
	struct vfio_pci_core_device *vdev =
		container_of(work, struct vfio_pci_core_device, liveupdate_work);

	struct pci_dev *bridge = vdev->liveupdate_bridge;
	struct pci_dev *pdev = vdev->pdev;

	scoped_guard(device, &bridge->dev)
		scoped_guard(device, &pdev->dev)
			vfio_pci_liveupdate_reset(vdev, bridge);

	pci_dev_put(bridge);
	pci_dev_put(pdev);
}

static void vfio_pci_liveupdate_wait(void *data)
{
	flush_workqueue(vfio_pci_liveupdate_wq);
}

static const struct syscore_ops vfio_pci_liveupdate_syscore_ops = {
	.shutdown = vfio_pci_liveupdate_wait,
};

static struct syscore vfio_pci_liveupdate_syscore = {
	.ops = &vfio_pci_liveupdate_syscore_ops,
};

/* No DMA from here on, and a state that the next kernel can start from. */
static void vfio_pci_liveupdate_stop(struct vfio_pci_core_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;

	pci_clear_master(pdev);
	if (pci_load_and_free_saved_state(pdev, &vdev->pci_saved_state))
		pci_save_state(pdev);
	pci_write_config_word(pdev, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE);
}

/**
 * vfio_pci_liveupdate_shutdown - Stop and reset a device that is handed over idle.
 * @pdev: Device, borrowed.
 *
 * Does nothing to other devices, in particular to one that runs on.
 *
 * Context: Shutdown of the device, with its lock and that of its parent held. No
 *          user gets at the device any more.
 */
void vfio_pci_liveupdate_shutdown(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *vdev = dev_get_drvdata(&pdev->dev);
	struct pci_dev *bridge = pci_upstream_bridge(pdev);

	if (!vdev->liveupdate_frozen)
		return;

	if (vfio_pci_liveupdate_runs(vdev->liveupdate_ser))
		return;

	vfio_pci_liveupdate_stop(vdev);

	if (!bridge || !IS_ENABLED(CONFIG_X86)) {
		vfio_pci_liveupdate_reset(vdev, bridge);
		return;
	}

	/* Both may be unplugged before the work runs */
	pci_dev_get(pdev);
	vdev->liveupdate_bridge = pci_dev_get(bridge);
	queue_work(vfio_pci_liveupdate_wq, &vdev->liveupdate_work);
}

/**
 * vfio_pci_liveupdate_abandon - Is it too late to unbind from the device?
 * @pdev: Device that is being unbound, borrowed.
 *
 * While the device is frozen LUO holds its file, and gives it up only if the
 * reboot is cancelled. If it is not, what the driver has of the device is left to
 * the end of this kernel, and the reset to the next: whoever resets the bus may
 * have the lock of the bridge and wait for ours.
 *
 * Context: Removal, with the lock of the device held, for which the shutdown of
 *          the device waits. Sleeps until the reboot is cancelled or certain.
 * Return: true if the driver shall leave all as it is.
 */
bool vfio_pci_liveupdate_abandon(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *vdev = dev_get_drvdata(&pdev->dev);

	while (READ_ONCE(vdev->liveupdate_frozen)) {
		if (system_state == SYSTEM_RESTART) {
			if (vfio_pci_liveupdate_runs(vdev->liveupdate_ser))
				/* Without a driver it would be suspended */
				pm_runtime_get_noresume(&pdev->dev);
			else
				vfio_pci_liveupdate_stop(vdev);
			return true;
		}
		fsleep(USEC_PER_MSEC);
	}

	return false;
}

/**
 * vfio_pci_liveupdate_reset_init_dev - Prepare a device for its reset.
 * @vdev: Device that is being allocated, borrowed.
 *
 * Context: May sleep.
 */
void vfio_pci_liveupdate_reset_init_dev(struct vfio_pci_core_device *vdev)
{
	INIT_WORK(&vdev->liveupdate_work, vfio_pci_liveupdate_reset_work);
}

/**
 * vfio_pci_liveupdate_reset_init - Have resets waited for at the end.
 *
 * Context: Module init.
 * Return: 0 on success, or
 *         -ENOMEM if memory cannot be had.
 */
int __init vfio_pci_liveupdate_reset_init(void)
{
	vfio_pci_liveupdate_wq = alloc_workqueue("vfio-pci-liveupdate",
						 WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!vfio_pci_liveupdate_wq)
		return -ENOMEM;

	register_syscore(&vfio_pci_liveupdate_syscore);
	return 0;
}

/**
 * vfio_pci_liveupdate_reset_cleanup - Undo vfio_pci_liveupdate_reset_init().
 *
 * Context: Module exit. No device is frozen, as LUO holds the module then.
 */
void vfio_pci_liveupdate_reset_cleanup(void)
{
	unregister_syscore(&vfio_pci_liveupdate_syscore);
	destroy_workqueue(vfio_pci_liveupdate_wq);
}
