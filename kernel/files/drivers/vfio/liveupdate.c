// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO device files across a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: VFIO device files in a Live Update
 *
 * The part that knows what a VFIO device file is made of: whether one is in a
 * state in which its device can be preserved, and how to make one for a device
 * that comes from the previous kernel. Which devices these are and what is kept
 * of them is up to the driver.
 *
 * A file made here is not backed by the inode of the character device but by an
 * anonymous one. All else is as if the character device had been opened: the
 * owner binds it to an iommufd next. Meanwhile the character device itself and
 * the group refuse to open the device with -EBUSY.
 */

#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>

#include "vfio.h"

/**
 * vfio_device_file_is_bound - Check whether a device is used through this file
 * @file: Any file, borrowed.
 *
 * Context: Any.
 * Return: true if @file is a VFIO device file that was opened through the
 *         character device of the device and is bound to an iommufd.
 */
bool vfio_device_file_is_bound(struct file *file)
{
	struct vfio_device_file *df = file->private_data;

	if (!vfio_device_from_file(file) || df->group)
		return false;

	/* Paired with smp_store_release() in vfio_df_ioctl_bind_iommufd() */
	return smp_load_acquire(&df->access_granted);
}
EXPORT_SYMBOL_GPL(vfio_device_file_is_bound);

/**
 * vfio_device_open_anon - Open a device without its character device.
 * @device: Device, borrowed: the file holds a registration of its own.
 *
 * Context: May sleep. The driver stays bound to the device.
 * Return: A file that is not bound to an iommufd, owned by the caller, or
 *         -ENODEV if @device is being unregistered,
 *         -EPERM if it has no IOMMU and the caller lacks CAP_SYS_RAWIO,
 *         -ENOMEM or -ENFILE if there is no room for a file.
 */
struct file *vfio_device_open_anon(struct vfio_device *device)
{
	struct vfio_device_file *df;
	struct file *file;

	if (vfio_device_is_noiommu(device) && !capable(CAP_SYS_RAWIO))
		return ERR_PTR(-EPERM);

	/* Paired with the put in vfio_device_fops_release() */
	if (!vfio_device_try_get_registration(device))
		return ERR_PTR(-ENODEV);

	df = vfio_allocate_device_file(device);
	if (IS_ERR(df)) {
		vfio_device_put_registration(device);
		return ERR_CAST(df);
	}

	file = anon_inode_getfile_fmode("[vfio-device]", &vfio_device_fops, df,
					O_RDWR, FMODE_PREAD | FMODE_PWRITE);
	if (IS_ERR(file)) {
		kfree(df);
		vfio_device_put_registration(device);
		return file;
	}

	df->retrieved = true;

	/* As for the character device: one address space for all mappings */
	file->f_mapping = device->inode->i_mapping;

	return file;
}
EXPORT_SYMBOL_GPL(vfio_device_open_anon);

/**
 * vfio_device_preserve_iommufd - Have what a device is attached to preserved.
 * @device:        Device, bound to an iommufd and kept open. Borrowed.
 * @session:       Session in which its file is being preserved, borrowed.
 * @iommufd_token: Set to the token of its iommufd in @session.
 * @hwpt_id:       Set to the ID of the HWPT it is attached to, or to 0 if its owner
 *                 does not count on DMA: there is nothing to undo then.
 *
 * Else, until vfio_device_unpreserve_iommufd(), its owner can neither attach it to
 * anything else nor detach it.
 *
 * Context: May sleep. Takes the lock of the device set.
 * Return: 0, or the error of iommufd_device_preserve(): -ENOENT if the device is
 *         attached to a marked HWPT and its iommufd was not preserved in @session
 *         before it.
 */
int vfio_device_preserve_iommufd(struct vfio_device *device,
				 struct liveupdate_session *session,
				 u64 *iommufd_token, u32 *hwpt_id)
{
	guard(mutex)(&device->dev_set->lock);

	return iommufd_device_preserve(device->iommufd_device, session,
				       iommufd_token, hwpt_id);
}
EXPORT_SYMBOL_GPL(vfio_device_preserve_iommufd);

/**
 * vfio_device_unpreserve_iommufd - Undo vfio_device_preserve_iommufd().
 * @device: Device, kept open. Borrowed.
 *
 * Context: May sleep. Takes the lock of the device set.
 */
void vfio_device_unpreserve_iommufd(struct vfio_device *device)
{
	guard(mutex)(&device->dev_set->lock);

	iommufd_device_unpreserve(device->iommufd_device);
}
EXPORT_SYMBOL_GPL(vfio_device_unpreserve_iommufd);
