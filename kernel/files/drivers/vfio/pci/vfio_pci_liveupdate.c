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
 * What is kept
 * ============
 *
 * That the device belongs to the owner of the session. Nobody else can open it
 * before that owner is done, and no other driver is bound to it.
 *
 * What is not kept
 * ================
 *
 * The state of the device, its DMA mappings, its interrupts, everything that was
 * set through the file. The device is reset when the old kernel shuts down, and
 * handed over idle: no bus mastering, no decoding. Variant drivers, virtual
 * functions and Intel graphics are not supported.
 *
 * Life cycle
 * ==========
 *
 * preserve
 *   Tells the PCI core and records the device for the next kernel. LUO holds a
 *   reference to the file from now on, so that the device is neither closed nor
 *   unbound. The owner goes on using it.
 * freeze
 *   Within reboot(). Refused, with nothing changed, if interrupts are set up or
 *   the device is not in D0. Else each use of the file fails with -EIO and access
 *   to a mapped BAR raises SIGBUS. What does not go through the file is left alone
 *   until the device is shut down: peers that reach its BARs through a dma-buf, and
 *   eventfds that write to a port of it. So is attaching to another IOAS, which does
 *   not reach the device.
 * unfreeze
 *   The reboot was refused by somebody else: the file works again, mappings and
 *   device are as they were.
 * shutdown
 *   The first step that cannot be undone, so it is not taken before the kexec can
 *   no longer fail: the device is reset, see below. An unbind that comes between
 *   freeze and here waits until one of them is decided; it must not wait for the
 *   file, which nobody gives up any more, with the lock of the device held.
 * retrieve
 *   Makes a new file for the device. The driver must have been bound to it first,
 *   with ``driver_override``. As the device was reset already, it is not reset
 *   again when it is first opened; if the old kernel could not reset it, it is.
 * unretrieve
 *   The owner has gone without finishing. The file is closed, which resets the
 *   device, and can be retrieved again.
 * finish
 *   The device is like any other, and in use by its owner. If it was never
 *   retrieved (the session is discarded) it is reset and given up. That is refused
 *   if what the old kernel wrote does not tell which device it is.
 *
 * Locking
 * =======
 *
 * vfio_pci_core_device.liveupdate_lock is held for reading while the owner is in
 * a system call on the file, and for writing to change liveupdate_frozen, so that
 * no call is under way once the device is frozen. mmap() cannot take it, being
 * called with mmap_lock held, and need not: faults check liveupdate_frozen under
 * memory_lock.
 *
 *   luo_file->mutex -> device_lock -> pci_liveupdate_rwsem
 *   luo_file->mutex -> device_lock -> liveupdate_lock -> igate -> memory_lock
 *   liveupdate_lock -> mmap_lock
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/vfio_pci.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/pci_liveupdate.h>
#include <linux/vfio.h>

#include "vfio_pci_priv.h"

/* How long to wait for whoever is busy with the device, in ms. */
#define VFIO_PCI_LIVEUPDATE_LOCK_MS	1000

static struct vfio_pci_core_device *vfio_pci_liveupdate_vdev(struct file *file)
{
	return container_of(vfio_device_from_file(file),
			    struct vfio_pci_core_device, vdev);
}

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
	else if (pdev->is_virtfn)
		vfio_pci_liveupdate_refuse(device, "the device is a virtual function");
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

static int vfio_pci_liveupdate_preserve(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_core_device *vdev = vfio_pci_liveupdate_vdev(args->file);
	struct pci_dev *pdev = vdev->pdev;
	struct vfio_pci_device_ser *ser;
	int ret;

	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser))
		return PTR_ERR(ser);

	*ser = (struct vfio_pci_device_ser) {
		.version = VFIO_PCI_LIVEUPDATE_VERSION,
		.size = sizeof(*ser),
		.domain = pci_domain_nr(pdev->bus),
		.bdf = pci_dev_id(pdev),
		.vendor = pdev->vendor,
		.device = pdev->device,
	};

	ret = pci_liveupdate_preserve(pdev);
	if (ret) {
		kho_unpreserve_free(ser);
		return ret;
	}

	vdev->liveupdate_ser = ser;
	args->serialized_data = virt_to_phys(ser);
	return 0;
}

static void vfio_pci_liveupdate_unpreserve(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_core_device *vdev = vfio_pci_liveupdate_vdev(args->file);

	pci_liveupdate_unpreserve(vdev->pdev);
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

	if (pci_num_vf(pdev)) {
		pci_err(pdev, "liveupdate: cannot be frozen: SR-IOV was enabled after it was preserved\n");
		return -EINVAL;
	}

	if (pdev->current_state != PCI_D0) {
		pci_err(pdev, "liveupdate: cannot be frozen: it is in %s, its owner has to bring it to D0 first\n",
			pci_power_name(pdev->current_state));
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
			if (down_write_trylock(&vdev->liveupdate_lock))
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

	mutex_lock(&vdev->igate);
	vfio_pci_zap_and_down_write_memory_lock(vdev);
	ret = vfio_pci_liveupdate_check_frozen(vdev);
	if (!ret)
		vdev->liveupdate_frozen = true;
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->igate);
	up_write(&vdev->liveupdate_lock);
	device_unlock(&vdev->pdev->dev);

	return ret;
}

static void vfio_pci_liveupdate_unfreeze(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_core_device *vdev = vfio_pci_liveupdate_vdev(args->file);

	guard(rwsem_write)(&vdev->liveupdate_lock);
	guard(rwsem_write)(&vdev->memory_lock);

	vdev->liveupdate_frozen = false;
	pci_info(vdev->pdev, "liveupdate: unfrozen, the live update was cancelled\n");
}

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

static int vfio_pci_liveupdate_validate(const struct vfio_pci_device_ser *ser,
					struct pci_dev *pdev)
{
	if (ser->version != VFIO_PCI_LIVEUPDATE_VERSION ||
	    ser->size != sizeof(*ser)) {
		pci_err(pdev, "liveupdate: cannot be retrieved: the previous kernel wrote version %u (%u bytes), this one reads version %u\n",
			ser->version, ser->size, VFIO_PCI_LIVEUPDATE_VERSION);
		return -EOPNOTSUPP;
	}

	if (ser->reserved || ser->flags & ~VFIO_PCI_LIVEUPDATE_FLAGS) {
		pci_err(pdev, "liveupdate: cannot be retrieved: what the previous kernel wrote is damaged\n");
		return -EINVAL;
	}

	if (ser->vendor != pdev->vendor || ser->device != pdev->device) {
		pci_err(pdev, "liveupdate: cannot be retrieved: %04x:%04x was preserved here, not %04x:%04x\n",
			ser->vendor, ser->device, pdev->vendor, pdev->device);
		return -ENODEV;
	}

	return 0;
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
	file = vfio_device_open_anon(&vdev->vdev);
	if (IS_ERR(file)) {
		pci_liveupdate_unretrieve(pdev);
		return PTR_ERR(file);
	}

	/* True for one open only: from then on the owner may have used it */
	if (ser->flags & VFIO_PCI_LIVEUPDATE_RESET_DONE)
		vdev->liveupdate_reset_done = true;
	ser->flags &= ~VFIO_PCI_LIVEUPDATE_RESET_DONE;

	*filep = file;
	return 0;
}

static int vfio_pci_liveupdate_retrieve(struct liveupdate_file_op_args *args)
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

static void vfio_pci_liveupdate_unretrieve(struct liveupdate_file_op_args *args)
{
	pci_liveupdate_unretrieve(vfio_pci_liveupdate_vdev(args->file)->pdev);
}

static bool vfio_pci_liveupdate_can_finish(struct liveupdate_file_op_args *args)
{
	return args->retrieve_status > 0;
}

static bool
vfio_pci_liveupdate_can_discard(struct liveupdate_file_op_args *args)
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

/* Nobody came for the device. */
static void vfio_pci_liveupdate_discard(const struct vfio_pci_device_ser *ser)
{
	struct pci_dev *pdev __free(pci_dev_put) = vfio_pci_liveupdate_find(ser);
	int ret;

	if (!pdev || pci_is_bridge(pdev)) {
		pci_liveupdate_finish_absent(ser->domain, ser->bdf);
		return;
	}

	if (pci_liveupdate_is_incoming(pdev)) {
		ret = pci_reset_function(pdev);
		if (ret)
			pci_warn(pdev, "liveupdate: reset failed (%pe), do not use before a reboot\n",
				 ERR_PTR(ret));
		else
			pci_info(pdev, "liveupdate: never retrieved, was reset\n");
	}
	pci_liveupdate_finish(pdev);
}

static void vfio_pci_liveupdate_finish(struct liveupdate_file_op_args *args)
{
	struct vfio_pci_device_ser *ser = phys_to_virt(args->serialized_data);

	if (args->retrieve_status > 0)
		pci_liveupdate_finish(vfio_pci_liveupdate_vdev(args->file)->pdev);
	else
		vfio_pci_liveupdate_discard(ser);

	kho_restore_free(ser);
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

/*
 * Operations of the device file, closed while the device is frozen
 */

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

/**
 * vfio_pci_liveupdate_init_dev - Initialize the Live Update state of a device.
 * @vdev: Device that is being allocated, borrowed.
 *
 * Context: May sleep.
 */
void vfio_pci_liveupdate_init_dev(struct vfio_pci_core_device *vdev)
{
	init_rwsem(&vdev->liveupdate_lock);
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
