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
 * All of that has to end, as the host stands still meanwhile. A device that does not
 * come back is given up after a second by each method of resetting it, see
 * pci_liveupdate_reset_timeout(). At the end, resets that did not begin within
 * VFIO_PCI_LIVEUPDATE_WAIT_MS, because others below the same bridge took so long or
 * somebody sits on a lock, do not begin any more.
 *
 * If the reset fails, does not begin, or is not tried as the driver is being unbound,
 * the device is kept from DMA nevertheless. The next kernel reads that it was not
 * reset, and resets it when it is first opened.
 *
 * The work takes the locks of the bridge above and then of the device, as any
 * reset does. Shutdown has them already, and does not wait for the work.
 */

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/syscore_ops.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>

#include "vfio_pci_liveupdate.h"

/* Of its own, so that a reboot does not wait for memory that is not there. */
static struct workqueue_struct *vfio_pci_liveupdate_wq;

#define VFIO_PCI_LIVEUPDATE_WAIT_MS	5000

/* Resets that have not ended, and whether it is too late for one to begin */
static atomic_t vfio_pci_liveupdate_pending;
static bool vfio_pci_liveupdate_late;

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

/* Its lock may be with somebody who waits longer than we do */
static bool vfio_pci_liveupdate_reset_lock(struct pci_dev *pdev)
{
	while (!READ_ONCE(vfio_pci_liveupdate_late)) {
		if (device_trylock(&pdev->dev))
			return true;
		fsleep(USEC_PER_MSEC);
	}

	return false;
}

static bool vfio_pci_liveupdate_try_reset(struct vfio_pci_core_device *vdev)
{
	struct pci_dev *bridge = vdev->liveupdate_bridge;
	struct pci_dev *pdev = vdev->pdev;
	bool ret = false;

	if (!vfio_pci_liveupdate_reset_lock(bridge))
		return false;
	if (vfio_pci_liveupdate_reset_lock(pdev)) {
		vfio_pci_liveupdate_reset(vdev, bridge);
		device_unlock(&pdev->dev);
		ret = true;
	}
	device_unlock(&bridge->dev);

	return ret;
}

static void vfio_pci_liveupdate_reset_work(struct work_struct *work)
{
	struct vfio_pci_core_device *vdev =
		container_of(work, struct vfio_pci_core_device, liveupdate_work);
	struct pci_dev *bridge = vdev->liveupdate_bridge;
	struct pci_dev *pdev = vdev->pdev;

	if (!vfio_pci_liveupdate_try_reset(vdev))
		pci_warn(pdev, "liveupdate: there was no time to reset it, left to the next kernel\n");

	pci_dev_put(bridge);
	pci_dev_put(pdev);
	if (atomic_dec_and_test(&vfio_pci_liveupdate_pending))
		wake_up_var(&vfio_pci_liveupdate_pending);
}

static void vfio_pci_liveupdate_wait(void *data)
{
	wait_var_event_timeout(&vfio_pci_liveupdate_pending,
			       !atomic_read(&vfio_pci_liveupdate_pending),
			       msecs_to_jiffies(VFIO_PCI_LIVEUPDATE_WAIT_MS));

	/* A reset that has begun must not be cut off halfway, and ends by itself */
	WRITE_ONCE(vfio_pci_liveupdate_late, true);
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

	if (!vdev->vdev.liveupdate_frozen)
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
	atomic_inc(&vfio_pci_liveupdate_pending);
	queue_work(vfio_pci_liveupdate_wq, &vdev->liveupdate_work);
}

/**
 * vfio_pci_liveupdate_abandon - Check whether it is too late to unbind
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

	while (READ_ONCE(vdev->vdev.liveupdate_frozen)) {
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
