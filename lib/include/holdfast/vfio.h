/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_VFIO_H
#define HOLDFAST_VFIO_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: VFIO device files
 *
 * Only what a live update needs. Regions, interrupts and configuration space
 * are plain VFIO. Files of a group or container cannot be preserved.
 */

/**
 * hf_vfio_open - Open the VFIO device file of a device.
 * @ctx: Context or NULL.
 * @spec: As in hf_device_find().
 * @ret_fd: The file, returned.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Needs the right to open it.
 * Return: 0, the errors of hf_device_find(), -ENXIO if it has no such file
 *         (vfio-pci is not bound, or the kernel lacks VFIO_DEVICE_CDEV), -EBUSY
 *         if the device came from the previous kernel and is to be retrieved,
 *         -EACCES, ...
 */
HF_API int hf_vfio_open(const struct hf_ctx *ctx, const char *spec,
			int *ret_fd, struct hf_error *err);

/**
 * hf_vfio_bind - Bind a device file to an iommufd.
 * @ctx: Context or NULL.
 * @device: VFIO device file, borrowed.
 * @iommufd: iommufd, borrowed; the kernel keeps a reference of its own.
 * @ret_devid: Id of the device in the iommufd, or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADF, -ENOTTY if @device is no VFIO device file, -EINVAL if it
 *         is bound already, -EBUSY if somebody else has bound the device (a
 *         session that preserves it counts), -EPERM if the device runs on and
 *         this is not its own iommufd (it still runs), ...
 */
HF_API int hf_vfio_bind(const struct hf_ctx *ctx, int device, int iommufd,
			uint32_t *ret_devid, struct hf_error *err);

/**
 * hf_vfio_check_bound - Is this a VFIO PCI device file that is bound?
 * @ctx: Context or NULL.
 * @device: The file, borrowed.
 * @err: Filled in if not, or NULL.
 *
 * Context: Any. Changes nothing.
 * Return: 0, -EBADF, -ENOTTY if it is no VFIO device file, -EUNATCH if it is not
 *         bound to an iommufd, -EMEDIUMTYPE if it is not of a PCI device.
 */
HF_API int hf_vfio_check_bound(const struct hf_ctx *ctx, int device,
			       struct hf_error *err);

/**
 * hf_vfio_attach - Attach a device to an IOAS or page table.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @pt: Id of a page table, or of an IOAS (such a device cannot go on).
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADF, -ENOTTY if @device is no VFIO device file, -ENOENT if there
 *         is no such id, -EBUSY if the device is preserved and will run on.
 */
HF_API int hf_vfio_attach(const struct hf_ctx *ctx, int device, uint32_t pt,
			  struct hf_error *err);

/**
 * hf_vfio_detach - Detach a device.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @err: Filled in on failure, or NULL.
 *
 * Context: DMA of the device is blocked from here on.
 * Return: 0, -EBADF, -ENOTTY if @device is no VFIO device file, -EBUSY if the
 *         device is preserved and will run on.
 */
HF_API int hf_vfio_detach(const struct hf_ctx *ctx, int device,
			  struct hf_error *err);

/**
 * hf_vfio_irqs_disable - Tear all interrupts of a device down.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @err: Filled in on failure, or NULL.
 *
 * The kexec is refused while there are any. After the live update: set them up
 * and look at the device once, as if one had been raised.
 *
 * Keep the device from raising any first: one that comes while it is torn down
 * is written to nowhere, which the IOMMU reports.
 *
 * Context: The last thing before the kexec.
 * Return: 0, -EBADF, -ENOTTY if @device is no VFIO device file, -EUNATCH if it
 *         is not bound.
 */
HF_API int hf_vfio_irqs_disable(const struct hf_ctx *ctx, int device,
				struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
