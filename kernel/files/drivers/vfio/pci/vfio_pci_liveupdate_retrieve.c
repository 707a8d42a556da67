// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-pci devices that the previous kernel handed over.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: VFIO PCI Live Update, retrieving a device
 *
 * What the previous kernel wrote is checked before it is used, all but the address
 * and what tells which device it is: a device whose record is of no use can still
 * be discarded, which needs no more than that.
 *
 * A device that runs on does so until its owner is back. Then
 *
 * - it is opened as it is, vfio_pci_state_load(). That fails, with the device left
 *   running and retrievable, if it is bound to another iommufd than its own;
 * - or it is discarded: stopped and reset before its mappings go;
 * - or its owner goes again. If the device was opened that closes it, which stops
 *   and resets it. Its record then becomes that of an idle one.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/io.h>
#include <linux/iommu-liveupdate.h>
#include <linux/iopoll.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/pci_liveupdate.h>
#include <linux/sizes.h>
#include <linux/vfio.h>

#include "vfio_pci_liveupdate.h"

/* More than any device has; what is larger was not written by a kernel. */
#define VFIO_PCI_LIVEUPDATE_MAX_STATE	SZ_64K

/* What identifies the device can be read whatever the version is. */
static struct vfio_pci_device_ser *vfio_pci_liveupdate_ser(u64 pa)
{
	if (pa && IS_ALIGNED(pa, PAGE_SIZE) && pfn_valid(PHYS_PFN(pa)))
		return phys_to_virt(pa);

	pr_err("liveupdate: no preserved page at %#llx\n", pa);
	return NULL;
}

static struct pci_dev *
vfio_pci_liveupdate_find(const struct vfio_pci_device_ser *ser)
{
	return pci_get_domain_bus_and_slot(ser->domain, PCI_BUS_NUM(ser->bdf),
					   ser->bdf & 0xff);
}

static bool vfio_pci_liveupdate_damaged(struct vfio_pci_device_ser *ser)
{
	if (ser->reserved ||
	    LIVEUPDATE_SER_UNKNOWN(ser->flags, VFIO_PCI_LIVEUPDATE_FLAGS))
		return true;

	if (!vfio_pci_liveupdate_runs(ser))
		return ser->hwpt_id || ser->state_size || ser->iommufd_token;

	return ser->flags & VFIO_PCI_LIVEUPDATE_RESET_DONE || !ser->hwpt_id ||
	       ser->state_size > VFIO_PCI_LIVEUPDATE_MAX_STATE ||
	       !pfn_valid(PHYS_PFN(virt_to_phys(ser + 1) + ser->state_size));
}

static int vfio_pci_liveupdate_validate(struct vfio_pci_device_ser *ser,
					struct pci_dev *pdev)
{
	if (ser->version != VFIO_PCI_LIVEUPDATE_VERSION ||
	    ser->size != vfio_pci_liveupdate_size(ser->flags)) {
		pci_err(pdev, "liveupdate: cannot be retrieved: the previous kernel wrote version %u (%u bytes), this one reads version %u\n",
			ser->version, ser->size, VFIO_PCI_LIVEUPDATE_VERSION);
		return -EOPNOTSUPP;
	}

	if (vfio_pci_liveupdate_damaged(ser) ||
	    (ser->flags & VFIO_PCI_LIVEUPDATE_VF_TOKEN && !pdev->is_virtfn)) {
		pci_err(pdev, "liveupdate: cannot be retrieved: what the previous kernel wrote is damaged\n");
		return -EINVAL;
	}

	if (ser->vendor != pdev->vendor || ser->device != pdev->device) {
		pci_err(pdev, "liveupdate: cannot be retrieved: %04x:%04x was preserved here, not %04x:%04x\n",
			ser->vendor, ser->device, pdev->vendor, pdev->device);
		return -ENODEV;
	}

	if (!vfio_pci_liveupdate_runs(ser))
		return 0;

	if (!iommu_device_is_incoming(&pdev->dev)) {
		pci_err(pdev, "liveupdate: cannot be retrieved: it runs on, but its IOMMU did not take over its mappings\n");
		return -EINVAL;
	}

	return vfio_pci_state_check(pdev, vfio_pci_liveupdate_state(ser),
				    ser->state_size);
}

/* From now on it is like one that was handed over idle, but not yet reset. */
static void vfio_pci_liveupdate_make_idle(struct vfio_pci_device_ser *ser)
{
	ser->flags &= ~VFIO_PCI_LIVEUPDATE_RUNNING;
	ser->hwpt_id = 0;
	ser->state_size = 0;
	ser->iommufd_token = 0;
}

/* Called with the lock of the device held. */
static int vfio_pci_liveupdate_open(struct pci_dev *pdev,
				    struct vfio_pci_device_ser *ser,
				    struct file **filep)
{
	struct vfio_pci_core_device *vdev;
	struct file *file;
	int ret;

	if (pdev->driver != &vfio_pci_driver) {
		pci_err(pdev, "liveupdate: cannot be retrieved: bind vfio-pci to it first, with driver_override\n");
		return -ENODEV;
	}

	ret = pci_liveupdate_retrieve(pdev);
	if (ret)
		return ret;

	vdev = dev_get_drvdata(&pdev->dev);
	if (ser->flags & VFIO_PCI_LIVEUPDATE_VF_TOKEN)
		vfio_pci_load_vf_token(vdev, ser->vf_token);
	file = vfio_device_open_anon(&vdev->vdev);
	if (IS_ERR(file)) {
		pci_liveupdate_unretrieve(pdev);
		return PTR_ERR(file);
	}

	if (vfio_pci_liveupdate_runs(ser) && !pci_liveupdate_is_running(pdev)) {
		pci_warn(pdev, "liveupdate: stopped since it was handed over, will be reset\n");
		vfio_pci_liveupdate_make_idle(ser);
	}
	if (vfio_pci_liveupdate_runs(ser))
		vdev->liveupdate_state = vfio_pci_liveupdate_state(ser);

	/* True for one open only: from then on the owner may have used it */
	if (ser->flags & VFIO_PCI_LIVEUPDATE_RESET_DONE)
		vdev->liveupdate_reset_done = true;
	ser->flags &= ~VFIO_PCI_LIVEUPDATE_RESET_DONE;

	*filep = file;
	return 0;
}

/**
 * vfio_pci_liveupdate_retrieve - Make a new file for a device.
 * @args: The record of the previous kernel, and where to put the file.
 *
 * Context: May sleep. Called by LUO. Takes the lock of the device.
 * Return: 0 on success, or
 *         -ENODEV if the device is not there, is another one, or has no vfio-pci,
 *         -EBUSY if a driver is being bound or unbound, or a file is open,
 *         -EOPNOTSUPP if the record is of another version,
 *         -EINVAL if the record is damaged, or the IOMMU did not take a device over
 *         that runs on,
 *         -ENOMEM if memory cannot be had.
 */
int vfio_pci_liveupdate_retrieve(struct liveupdate_file_op_args *args)
{
	struct pci_dev *pdev __free(pci_dev_put) = NULL;
	struct vfio_pci_device_ser *ser;
	int ret;

	ser = vfio_pci_liveupdate_ser(args->serialized_data);
	if (!ser)
		return -EINVAL;

	pdev = vfio_pci_liveupdate_find(ser);
	if (!pdev) {
		pr_err("liveupdate: %04x:%02x:%02x.%d cannot be retrieved: it is not there\n",
		       ser->domain, PCI_BUS_NUM(ser->bdf), PCI_SLOT(ser->bdf),
		       PCI_FUNC(ser->bdf));
		return -ENODEV;
	}

	ret = vfio_pci_liveupdate_validate(ser, pdev);
	if (ret)
		return ret;

	/*
	 * An unbind holds the lock until the file of the owner before is gone,
	 * which may be left to us.
	 */
	if (read_poll_timeout(device_trylock, ret, ret, USEC_PER_MSEC,
			      VFIO_PCI_LIVEUPDATE_LOCK_MS * USEC_PER_MSEC,
			      false, &pdev->dev)) {
		pci_err(pdev, "liveupdate: cannot be retrieved: a driver is being bound or unbound\n");
		return -EBUSY;
	}

	ret = vfio_pci_liveupdate_open(pdev, ser, &args->file);
	device_unlock(&pdev->dev);
	return ret;
}

/**
 * vfio_pci_liveupdate_unretrieve - The owner of a device has gone.
 * @args: The file. The last reference to it is about to go, which closes the device.
 *
 * Context: May sleep. Called by LUO.
 */
void vfio_pci_liveupdate_unretrieve(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_device_ser *ser = phys_to_virt(args->serialized_data);
	struct vfio_pci_core_device *vdev = vfio_pci_liveupdate_vdev(args->file);
	struct pci_dev *pdev = vdev->pdev;

	if (vfio_pci_liveupdate_runs(ser)) {
		if (!vdev->liveupdate_state) {
			vfio_pci_liveupdate_make_idle(ser);
			pci_info(pdev, "liveupdate: its owner has gone, is stopped and reset\n");
		}
		vdev->liveupdate_state = NULL;
	}
	pci_liveupdate_unretrieve(pdev);
}

/**
 * vfio_pci_liveupdate_can_finish - Check whether the owner has the whole device back
 * @args: The file, if it was retrieved.
 *
 * Context: May sleep. Called by LUO.
 * Return: true if it has. Once it is finished anybody may open the device, so that
 *         its owner must have bound it. Of a device that runs on, the state is used up
 *         when it is opened, and the mappings are its owner's when it is attached.
 */
bool vfio_pci_liveupdate_can_finish(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_device_ser *ser = phys_to_virt(args->serialized_data);
	struct pci_dev *pdev;

	if (args->retrieve_status <= 0)
		return false;

	pdev = vfio_pci_liveupdate_vdev(args->file)->pdev;
	if (!vfio_pci_liveupdate_runs(ser)) {
		if (vfio_device_file_is_bound(args->file))
			return true;
		pci_err(pdev, "liveupdate: cannot be finished: bind it to an iommufd first\n");
		return false;
	}

	if (vfio_device_file_is_bound(args->file) &&
	    iommu_device_can_finish(&pdev->dev))
		return true;

	pci_err(pdev, "liveupdate: cannot be finished: it runs on, bind it to its iommufd and attach it to its HWPT first\n");
	return false;
}

/**
 * vfio_pci_liveupdate_can_discard - Check whether a device can be discarded
 * @args: The record of the previous kernel.
 *
 * Context: May sleep. Called by LUO.
 * Return: false if the record does not tell which device it is.
 */
bool vfio_pci_liveupdate_can_discard(struct liveupdate_file_op_args *args)
{
	const struct vfio_pci_device_ser *ser =
		vfio_pci_liveupdate_ser(args->serialized_data);

	if (!ser)
		return false;
	if (pci_liveupdate_may_discard(ser->domain, ser->bdf))
		return true;

	pr_err("liveupdate: %04x:%02x:%02x.%d cannot be discarded: it was not handed over, or is in use\n",
	       ser->domain, PCI_BUS_NUM(ser->bdf), PCI_SLOT(ser->bdf),
	       PCI_FUNC(ser->bdf));
	return false;
}

/* Its mappings go away with this: it must be in the hands of its owner or idle. */
static void vfio_pci_liveupdate_release(struct pci_dev *pdev)
{
	if (iommu_device_is_incoming(&pdev->dev))
		iommu_device_finish(&pdev->dev);
	pci_liveupdate_finish(pdev);
}

static void vfio_pci_liveupdate_stop(struct pci_dev *pdev)
{
	int ret;

	/* Whatever becomes of the reset: no DMA of a running device */
	pci_clear_master(pdev);
	pci_liveupdate_drop_msix(pdev);
	pci_wait_for_pending_transaction(pdev);

	/* Somebody may use them. Who opens the device next resets it. */
	if (pci_num_vf(pdev)) {
		pci_info(pdev, "liveupdate: never retrieved, was stopped, not reset: it has virtual functions\n");
		return;
	}

	ret = pci_reset_function(pdev);
	if (ret)
		pci_warn(pdev, "liveupdate: reset failed (%pe), do not use before a reboot\n",
			 ERR_PTR(ret));
	else
		pci_info(pdev, "liveupdate: never retrieved, was reset\n");
}

/* Nobody came for the device. */
static void vfio_pci_liveupdate_discard(const struct vfio_pci_device_ser *ser)
{
	struct pci_dev *pdev __free(pci_dev_put) = vfio_pci_liveupdate_find(ser);

	if (!pdev || pci_is_bridge(pdev)) {
		pci_liveupdate_finish_absent(ser->domain, ser->bdf);
		return;
	}

	if (pci_liveupdate_is_incoming(pdev))
		vfio_pci_liveupdate_stop(pdev);
	vfio_pci_liveupdate_release(pdev);
}

/**
 * vfio_pci_liveupdate_finish - Drop the record of a device.
 * @args: The record, and the file, if it was retrieved. If not, the device is stopped.
 *
 * Context: May sleep. Called by LUO.
 */
void vfio_pci_liveupdate_finish(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_device_ser *ser = phys_to_virt(args->serialized_data);

	if (args->retrieve_status > 0)
		vfio_pci_liveupdate_release(vfio_pci_liveupdate_vdev(args->file)->pdev);
	else
		vfio_pci_liveupdate_discard(ser);

	kho_restore_free(ser);
}
