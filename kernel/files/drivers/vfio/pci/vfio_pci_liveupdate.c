// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preservation of vfio-pci devices across a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: VFIO PCI Live Update
 *
 * The file of a vfio-pci device can be preserved in a Live Update Orchestrator
 * (LUO) session and retrieved in the next kernel. It must have been opened
 * through the character device and be bound to an iommufd.
 *
 * Whether the device runs on is the choice of its owner. It does if that iommufd is
 * preserved in the same session before it, and the device is attached to one of the
 * HWPTs that are marked to go along. A device that is not attached is reset on the
 * way and handed over idle, and so is one whose iommufd is not in the session, unless
 * its HWPT is marked. Any other device is not preserved at all: nobody who counts on
 * DMA gets a reset instead. ``liveupdate/running`` in the sysfs directory of the
 * device and the log tell which of the two it is.
 *
 * What is kept
 * ============
 *
 * That the device belongs to the owner of the session. Nobody else can open it
 * before that owner is done, and no other driver is bound to it.
 *
 * Of a device that runs on, furthermore:
 *
 * - its DMA, through the same mappings, from the last instruction of the old kernel
 *   to the first of its owner in the new one;
 * - its registers and its configuration space, which nobody writes to, but for MSI,
 *   which the new kernel turns off, and INTx Disable, which the old one sets. The
 *   power state is D0;
 * - interrupts of MSI-X vectors that were set up when the device was preserved, and
 *   that the owner gave back since: the device sends them once the owner has set the
 *   vectors up again, see "PCI Live Update, interrupts between the kernels". MSI-X
 *   reads as enabled, with the function masked, meanwhile;
 * - the virtual configuration space, and what vfio-pci does when the device is
 *   closed, see "state of a running device".
 *
 * What is not kept
 * ================
 *
 * MSI and INTx: the owner looks at the device once when it has set them up again. A
 * device that asserts a shared line which nobody handles would cost the others on it
 * their interrupts. INTx stays masked until its owner sets it up, and a device that
 * has INTx but cannot mask it is not kept running.
 *
 * DMA through PASIDs, what was mapped of BARs, dma-bufs, eventfds,
 * everything else that was set through the file. Of a device that is reset also its
 * state and its DMA mappings: no bus mastering, no decoding.
 *
 * Variant drivers and Intel graphics are not supported.
 *
 * Life cycle
 * ==========
 *
 * preserve
 *   Tells the PCI core and the iommufd, and records the device for the next kernel,
 *   with all memory that will be needed. LUO holds a reference to the file from now
 *   on, so that the device is neither closed nor unbound. The owner goes on using
 *   it, resets included. A device that will run on can neither be detached nor
 *   attached to anything else.
 * freeze
 *   Within reboot(). Refused, with nothing changed, if interrupts are set up or
 *   the device is not in D0, whether it will run on or not, and if error recovery
 *   has reset a device that will run on. Else INTx is masked, each use of the file
 *   fails with -EIO, and access to a mapped BAR raises SIGBUS. The state of a
 *   device that will run on is written down: it cannot change any more. What does
 *   not go through the file is left alone until the device is shut down: peers that
 *   reach its BARs through a dma-buf, and eventfds that write to a port of it. So is
 *   attaching a device that will be reset, which does not reach it.
 * unfreeze
 *   The reboot was refused by somebody else: the file works again, mappings and
 *   device are as they were.
 * shutdown
 *   The first step that cannot be undone, so it is not taken before the kexec can
 *   no longer fail: a device that will not run on is reset, see below. One that will
 *   is not touched. An unbind that comes between freeze and here waits until one of
 *   them is decided; it must not wait for the file, which nobody gives up any more,
 *   with the lock of the device held.
 * retrieve
 *   Makes a new file for the device. The driver must have been bound to it first,
 *   with ``driver_override``. A device that was reset already is not reset again
 *   when it is first opened; if the old kernel could not reset it, it is. One that
 *   runs on is opened as it is, and can only be bound to its own iommufd.
 * unretrieve
 *   The owner has gone without finishing. The file is closed, which resets the
 *   device if it was opened, and can be retrieved again: as it is if it was not
 *   opened, else as one that was handed over idle.
 * finish
 *   The device is like any other, and in use by its owner. Refused for one that runs
 *   on until it was opened. If it was never retrieved (the session is discarded) it
 *   is stopped, reset and given up, in this order. That is refused if what the old
 *   kernel wrote does not tell which device it is.
 *
 * Locking
 * =======
 *
 * vfio_device.liveupdate_lock is held for reading while the owner is in
 * a system call on the file, and for writing to change liveupdate_frozen, so that
 * no call is under way once the device is frozen. mmap() cannot take it, being
 * called with mmap_lock held, and need not: faults check liveupdate_frozen under
 * memory_lock.
 *
 * vfio_pci_core_device.liveupdate_state is set while the device has a file that
 * nobody else has seen yet, and used up by its first open, with the lock of the
 * device set held.
 *
 *   luo_file->mutex -> device_lock -> pci_liveupdate_rwsem
 *   luo_file->mutex -> device_lock -> liveupdate_lock -> igate -> memory_lock
 *   luo_file->mutex -> dev_set->lock -> those of iommufd
 *   liveupdate_lock -> mmap_lock
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/iommu-liveupdate.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/pci.h>
#include <linux/pci_liveupdate.h>
#include <linux/vfio.h>

#include "vfio_pci_liveupdate.h"

static void vfio_pci_liveupdate_refuse(struct vfio_device *device,
				       const char *reason)
{
	dev_info_ratelimited(device->dev,
			     "liveupdate: file cannot be preserved: %s\n",
			     reason);
}

static bool vfio_pci_liveupdate_can_preserve(struct liveupdate_file_handler *fh,
					     struct file *file)
{
	struct vfio_device *device = vfio_device_from_file(file);
	struct pci_dev *pdev;

	if (!device)
		return false;

	if (device->ops != &vfio_pci_ops) {
		vfio_pci_liveupdate_refuse(device, "only the driver vfio-pci supports it");
		return false;
	}

	pdev = to_pci_dev(device->dev);
	if (!vfio_device_file_is_bound(file))
		vfio_pci_liveupdate_refuse(device,
					   "open /dev/vfio/devices/* and bind it to an iommufd");
	else if (vfio_pci_is_intel_display(pdev))
		vfio_pci_liveupdate_refuse(device, "the device is Intel graphics");
	else
		return true;

	return false;
}

/* Only one file of a device can be bound, but it need not be the same one. */
static unsigned long vfio_pci_liveupdate_get_id(struct file *file)
{
	return (unsigned long)vfio_device_from_file(file);
}

static bool vfio_pci_liveupdate_masks_intx(struct vfio_pci_core_device *vdev)
{
	return vdev->pci_2_3 || vdev->nointx;
}

/* What is recorded for the next kernel, which differs if the device runs on. */
static struct vfio_pci_device_ser *
vfio_pci_liveupdate_alloc(struct vfio_pci_core_device *vdev, u64 iommufd_token,
			  u32 hwpt_id)
{
	u32 flags = (hwpt_id ? VFIO_PCI_LIVEUPDATE_RUNNING : 0) |
		    (vdev->sriov_pf_core_dev ? VFIO_PCI_LIVEUPDATE_VF_TOKEN : 0);
	size_t state_size = hwpt_id ? vfio_pci_state_size(vdev) : 0;
	u32 size = vfio_pci_liveupdate_size(flags);
	struct pci_dev *pdev = vdev->pdev;
	struct vfio_pci_device_ser *ser;

	ser = kho_alloc_preserve(sizeof(*ser) + state_size);
	if (IS_ERR(ser))
		return ser;

	*ser = (struct vfio_pci_device_ser) {
		.version = VFIO_PCI_LIVEUPDATE_VERSION,
		.size = size,
		.domain = pci_domain_nr(pdev->bus),
		.bdf = pci_dev_id(pdev),
		.vendor = pdev->vendor,
		.device = pdev->device,
		.flags = flags,
		.hwpt_id = hwpt_id,
		.state_size = state_size,
		.iommufd_token = iommufd_token,
	};
	return ser;
}

static int vfio_pci_liveupdate_preserve(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_core_device *vdev = vfio_pci_liveupdate_vdev(args->file);
	struct pci_dev *pdev = vdev->pdev;
	struct vfio_pci_device_ser *ser;
	u64 iommufd_token = 0;
	u32 hwpt_id = 0;
	int ret;

	ret = pci_liveupdate_preserve(pdev);
	if (ret)
		return ret;

	ret = vfio_device_preserve_iommufd(&vdev->vdev, args->session,
					   &iommufd_token, &hwpt_id);
	if (ret) {
		pci_info(pdev, "liveupdate: cannot be preserved: its iommufd cannot keep it running (%pe)\n",
			 ERR_PTR(ret));
		goto err_pci;
	}

	if (!hwpt_id && pci_num_vf(pdev)) {
		pci_info(pdev, "liveupdate: cannot be preserved: it has virtual functions, which its reset would end: keep it running\n");
		ret = -EINVAL;
		goto err_pci;
	}

	if (hwpt_id && pdev->pin && !vfio_pci_liveupdate_masks_intx(vdev)) {
		pci_info(pdev, "liveupdate: cannot be preserved: its INTx cannot be masked (or vfio_pci.nointxmask is set): hand it over idle, without its iommufd\n");
		ret = -EINVAL;
		goto err_iommufd;
	}

	ser = vfio_pci_liveupdate_alloc(vdev, iommufd_token, hwpt_id);
	if (IS_ERR(ser)) {
		ret = PTR_ERR(ser);
		goto err_iommufd;
	}

	if (vfio_pci_liveupdate_runs(ser)) {
		pci_liveupdate_set_running(pdev);
		pci_info(pdev, "liveupdate: will be kept running, attached to HWPT %u\n",
			 hwpt_id);
	} else {
		pci_info(pdev, "will be reset by the live update, it is not attached to what is preserved\n");
	}

	vdev->liveupdate_ser = ser;
	args->serialized_data = virt_to_phys(ser);
	return 0;

err_iommufd:
	if (hwpt_id)
		vfio_device_unpreserve_iommufd(&vdev->vdev);
err_pci:
	pci_liveupdate_unpreserve(pdev);
	return ret;
}

static void vfio_pci_liveupdate_unpreserve(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_core_device *vdev = vfio_pci_liveupdate_vdev(args->file);

	if (vfio_pci_liveupdate_runs(vdev->liveupdate_ser))
		vfio_device_unpreserve_iommufd(&vdev->vdev);
	pci_liveupdate_unpreserve(vdev->pdev);
	/* Unless the owner has set it up again: its interrupts are freed with igate */
	scoped_guard(mutex, &vdev->igate)
		pci_liveupdate_drop_msix(vdev->pdev);
	kho_unpreserve_free(vdev->liveupdate_ser);
	vdev->liveupdate_ser = NULL;
}

/* Called with all locks held that are needed for the answer to stay true. */
static int vfio_pci_liveupdate_check_frozen(struct vfio_pci_core_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;

	if (vdev->irq_type != VFIO_PCI_NUM_IRQS) {
		pci_err(pdev, "liveupdate: cannot be frozen: its owner has to disable interrupts first\n");
		return -EINVAL;
	}

	if (pdev->current_state != PCI_D0) {
		pci_err(pdev, "liveupdate: cannot be frozen: it is in %s, its owner has to bring it to D0 first\n",
			pci_power_name(pdev->current_state));
		return -EINVAL;
	}

	if (vfio_pci_liveupdate_runs(vdev->liveupdate_ser) &&
	    vfio_pci_state_was_reset(vdev)) {
		pci_err(pdev, "liveupdate: cannot be frozen: error recovery has reset it, its owner has to set it up again first\n");
		return -EINVAL;
	}

	return 0;
}

/* What a virtual function needs of the physical one. */
static int vfio_pci_liveupdate_check_physfn(struct vfio_pci_core_device *vdev)
{
	struct vfio_pci_core_device *pf_vdev = vdev->sriov_pf_core_dev;
	struct pci_dev *pf = pci_physfn(vdev->pdev);

	if (!vdev->pdev->is_virtfn)
		return 0;

	if (pf->current_state != PCI_D0) {
		pci_err(vdev->pdev, "liveupdate: cannot be frozen: its physical function %s is in %s\n",
			pci_name(pf), pci_power_name(pf->current_state));
		return -EINVAL;
	}

	if (!pf_vdev)
		return 0;

	guard(mutex)(&pf_vdev->vdev.dev_set->lock);

	/* It cannot be opened any more */
	if (pf_vdev->vdev.open_count && !pf_vdev->liveupdate_ser) {
		pci_err(vdev->pdev, "liveupdate: cannot be frozen: its physical function %s is in use and would be stopped: preserve it as well, or close it\n",
			pci_name(pf));
		return -EINVAL;
	}

	return 0;
}

/*
 * The owner may be in a system call for as long as it likes, if it supplies
 * memory that takes as long to be read. An unbind holds the lock of the device
 * for as long as the owner has the file.
 */
static bool vfio_pci_liveupdate_lock(struct vfio_pci_core_device *vdev)
{
	unsigned long end = jiffies +
			    msecs_to_jiffies(VFIO_PCI_LIVEUPDATE_LOCK_MS);

	do {
		if (device_trylock(&vdev->pdev->dev)) {
			if (down_write_trylock(&vdev->vdev.liveupdate_lock))
				return true;
			device_unlock(&vdev->pdev->dev);
		}
		fsleep(USEC_PER_MSEC);
	} while (time_before(jiffies, end));

	return false;
}

static int vfio_pci_liveupdate_freeze(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_core_device *vdev = vfio_pci_liveupdate_vdev(args->file);
	int ret;

	if (!vfio_pci_liveupdate_lock(vdev)) {
		pci_err(vdev->pdev, "liveupdate: cannot be frozen: it is being unbound, or its owner is in a system call\n");
		return -EBUSY;
	}

	ret = vfio_pci_liveupdate_check_physfn(vdev);
	if (ret)
		goto out_unlock;

	mutex_lock(&vdev->igate);
	vfio_pci_zap_and_down_write_memory_lock(vdev);
	ret = vfio_pci_liveupdate_check_frozen(vdev);
	if (!ret && vfio_pci_liveupdate_runs(vdev->liveupdate_ser)) {
		ret = iommu_device_freeze(&vdev->pdev->dev);
		if (ret)
			pci_err(vdev->pdev, "liveupdate: cannot be frozen: it is being reset, or no longer alone in its IOMMU group\n");
	}
	if (!ret) {
		if (vfio_pci_liveupdate_runs(vdev->liveupdate_ser))
			vfio_pci_state_save(vdev,
					    vfio_pci_liveupdate_state(vdev->liveupdate_ser));
		if (vdev->liveupdate_ser->flags & VFIO_PCI_LIVEUPDATE_VF_TOKEN)
			vfio_pci_save_vf_token(vdev, vdev->liveupdate_ser->vf_token);
		if (vfio_pci_liveupdate_masks_intx(vdev))
			pci_intx(vdev->pdev, 0);
		vdev->vdev.liveupdate_frozen = true;
	}
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->igate);
out_unlock:
	up_write(&vdev->vdev.liveupdate_lock);
	device_unlock(&vdev->pdev->dev);

	return ret;
}

static void vfio_pci_liveupdate_unfreeze(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_core_device *vdev = vfio_pci_liveupdate_vdev(args->file);

	guard(rwsem_write)(&vdev->vdev.liveupdate_lock);
	guard(rwsem_write)(&vdev->memory_lock);

	/* Without an interrupt set up, that is what the owner asked for */
	if (vdev->pci_2_3 && !vdev->virq_disabled)
		pci_intx(vdev->pdev, 1);
	vdev->vdev.liveupdate_frozen = false;
	pci_info(vdev->pdev, "liveupdate: unfrozen, the live update was cancelled\n");
}

static const struct liveupdate_file_ops vfio_pci_liveupdate_ops = {
	.can_preserve = vfio_pci_liveupdate_can_preserve,
	.preserve = vfio_pci_liveupdate_preserve,
	.unpreserve = vfio_pci_liveupdate_unpreserve,
	.freeze = vfio_pci_liveupdate_freeze,
	.unfreeze = vfio_pci_liveupdate_unfreeze,
	.retrieve = vfio_pci_liveupdate_retrieve,
	.unretrieve = vfio_pci_liveupdate_unretrieve,
	.can_finish = vfio_pci_liveupdate_can_finish,
	.can_discard = vfio_pci_liveupdate_can_discard,
	.finish = vfio_pci_liveupdate_finish,
	.get_id = vfio_pci_liveupdate_get_id,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler vfio_pci_liveupdate_handler = {
	.ops = &vfio_pci_liveupdate_ops,
	.compatible = VFIO_PCI_LIVEUPDATE_COMPATIBLE,
};

/**
 * vfio_pci_liveupdate_init_dev - Initialize the Live Update state of a device.
 * @vdev: Device that is being allocated, borrowed.
 *
 * Context: May sleep.
 */
void vfio_pci_liveupdate_init_dev(struct vfio_pci_core_device *vdev)
{
	vfio_pci_liveupdate_reset_init_dev(vdev);
}

/**
 * vfio_pci_liveupdate_init - Register with LUO and the PCI core.
 *
 * Context: Module init.
 * Return: 0 on success, also if live update is off, -ENOMEM, or the error of
 *         liveupdate_register_file_handler() or pci_liveupdate_register_flb().
 */
int __init vfio_pci_liveupdate_init(void)
{
	int ret;

	ret = vfio_pci_liveupdate_reset_init();
	if (ret)
		return ret;

	ret = liveupdate_register_file_handler(&vfio_pci_liveupdate_handler);
	if (ret == -EOPNOTSUPP)
		return 0;
	if (ret)
		goto err_reset;

	ret = pci_liveupdate_register_flb(&vfio_pci_liveupdate_handler);
	if (ret)
		goto err_handler;

	return 0;

err_handler:
	liveupdate_unregister_file_handler(&vfio_pci_liveupdate_handler);
err_reset:
	vfio_pci_liveupdate_reset_cleanup();
	return ret;
}

/**
 * vfio_pci_liveupdate_cleanup - Undo vfio_pci_liveupdate_init().
 *
 * Context: Module exit. LUO holds the module while it has a file of ours.
 */
void vfio_pci_liveupdate_cleanup(void)
{
	pci_liveupdate_unregister_flb(&vfio_pci_liveupdate_handler);
	liveupdate_unregister_file_handler(&vfio_pci_liveupdate_handler);
	vfio_pci_liveupdate_reset_cleanup();
}
