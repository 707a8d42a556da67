// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations of a vfio-pci device file, closed while the device is frozen for a
 * Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

#include <linux/cleanup.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/vfio.h>

#include "vfio_pci_priv.h"

/**
 * vfio_pci_liveupdate_ioctl - vfio_pci_core_ioctl() unless frozen.
 * @core_vdev: Device, borrowed.
 * @cmd:       As for vfio_pci_core_ioctl().
 * @arg:       As for vfio_pci_core_ioctl().
 *
 * Context: May sleep. Takes liveupdate_lock.
 * Return: As vfio_pci_core_ioctl(), or -EIO while frozen.
 */
long vfio_pci_liveupdate_ioctl(struct vfio_device *core_vdev, unsigned int cmd,
			       unsigned long arg)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);

	guard(rwsem_read)(&vdev->liveupdate_lock);
	if (vdev->liveupdate_frozen)
		return -EIO;

	return vfio_pci_core_ioctl(core_vdev, cmd, arg);
}

/**
 * vfio_pci_liveupdate_get_region_info - vfio_pci_ioctl_get_region_info() unless
 *					 frozen.
 * @core_vdev: Device, borrowed.
 * @info:      As for vfio_pci_ioctl_get_region_info().
 * @caps:      As for vfio_pci_ioctl_get_region_info().
 *
 * Context: May sleep. Takes liveupdate_lock.
 * Return: As vfio_pci_ioctl_get_region_info(), or -EIO while frozen.
 */
int vfio_pci_liveupdate_get_region_info(struct vfio_device *core_vdev,
					struct vfio_region_info *info,
					struct vfio_info_cap *caps)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);

	guard(rwsem_read)(&vdev->liveupdate_lock);
	if (vdev->liveupdate_frozen)
		return -EIO;

	return vfio_pci_ioctl_get_region_info(core_vdev, info, caps);
}

/**
 * vfio_pci_liveupdate_feature - vfio_pci_core_ioctl_feature() unless frozen.
 * @core_vdev: Device, borrowed.
 * @flags:     As for vfio_pci_core_ioctl_feature().
 * @arg:       As for vfio_pci_core_ioctl_feature().
 * @argsz:     As for vfio_pci_core_ioctl_feature().
 *
 * Context: May sleep. Takes liveupdate_lock.
 * Return: As vfio_pci_core_ioctl_feature(), or -EIO while frozen.
 */
int vfio_pci_liveupdate_feature(struct vfio_device *core_vdev, u32 flags,
				void __user *arg, size_t argsz)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);

	guard(rwsem_read)(&vdev->liveupdate_lock);
	if (vdev->liveupdate_frozen)
		return -EIO;

	return vfio_pci_core_ioctl_feature(core_vdev, flags, arg, argsz);
}

/**
 * vfio_pci_liveupdate_read - vfio_pci_core_read() unless frozen.
 * @core_vdev: Device, borrowed.
 * @buf:       As for vfio_pci_core_read().
 * @count:     As for vfio_pci_core_read(), in bytes.
 * @ppos:      As for vfio_pci_core_read().
 *
 * Context: May sleep. Takes liveupdate_lock.
 * Return: As vfio_pci_core_read(), or -EIO while frozen.
 */
ssize_t vfio_pci_liveupdate_read(struct vfio_device *core_vdev,
				 char __user *buf, size_t count, loff_t *ppos)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);

	guard(rwsem_read)(&vdev->liveupdate_lock);
	if (vdev->liveupdate_frozen)
		return -EIO;

	return vfio_pci_core_read(core_vdev, buf, count, ppos);
}

/**
 * vfio_pci_liveupdate_write - vfio_pci_core_write() unless frozen.
 * @core_vdev: Device, borrowed.
 * @buf:       As for vfio_pci_core_write().
 * @count:     As for vfio_pci_core_write(), in bytes.
 * @ppos:      As for vfio_pci_core_write().
 *
 * Context: May sleep. Takes liveupdate_lock.
 * Return: As vfio_pci_core_write(), or -EIO while frozen.
 */
ssize_t vfio_pci_liveupdate_write(struct vfio_device *core_vdev,
				  const char __user *buf, size_t count,
				  loff_t *ppos)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);

	guard(rwsem_read)(&vdev->liveupdate_lock);
	if (vdev->liveupdate_frozen)
		return -EIO;

	return vfio_pci_core_write(core_vdev, buf, count, ppos);
}

/**
 * vfio_pci_liveupdate_mmap - vfio_pci_core_mmap() unless frozen.
 * @core_vdev: Device, borrowed.
 * @vma:       As for vfio_pci_core_mmap().
 *
 * Context: mmap_lock is held.
 * Return: As vfio_pci_core_mmap(), or -EIO while frozen.
 */
int vfio_pci_liveupdate_mmap(struct vfio_device *core_vdev,
			     struct vm_area_struct *vma)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);

	if (READ_ONCE(vdev->liveupdate_frozen))
		return -EIO;

	return vfio_pci_core_mmap(core_vdev, vma);
}
