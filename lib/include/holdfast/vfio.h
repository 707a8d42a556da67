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
 * Only what a live update needs. Interrupts are in holdfast/irqs.h. Files of a group or container cannot be
 * preserved.
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
 *         this is not its own iommufd (it still runs), -EACCES if it takes a token,
 *         see hf_vfio_bind_token(), ...
 */
HF_API int hf_vfio_bind(const struct hf_ctx *ctx, int device, int iommufd,
			uint32_t *ret_devid, struct hf_error *err);

/* Bytes of a token: a UUID in the order in which it is written */
#define HF_VFIO_TOKEN_LEN	16

/**
 * hf_vfio_bind_token - Bind the file of a virtual function to an iommufd.
 * @ctx: Context or NULL.
 * @device: VFIO device file, borrowed.
 * @iommufd: iommufd, borrowed; the kernel keeps a reference of its own.
 * @token: HF_VFIO_TOKEN_LEN bytes, borrowed: the token that was set at the
 *         physical function.
 * @ret_devid: Id of the device in the iommufd, or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * A virtual function is bound with a token if hf_device.physfn_driver is vfio-pci,
 * and by hf_vfio_bind() else. A file that was retrieved from a session needs
 * none, as its session was what it takes: hf_vfio_bind(). So a VMM need not keep
 * the token for the live update, only to open the device anew later: it stays what
 * it was.
 *
 * The file of a physical function is bound with a token while its virtual ones are
 * in use, and to set the token if they are not.
 *
 * Context: Any.
 * Return: 0, -EACCES if the physical function has another token, -EINVAL if the
 *         device takes no token, or another error of hf_vfio_bind().
 */
HF_API int hf_vfio_bind_token(const struct hf_ctx *ctx, int device,
			      int iommufd, const uint8_t *token,
			      uint32_t *ret_devid, struct hf_error *err);

/**
 * hf_vfio_set_token - Set the token that opens virtual functions.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file of the physical function, borrowed.
 * @token: HF_VFIO_TOKEN_LEN bytes, borrowed. Those who use the virtual functions
 *         have to know it.
 * @err: Filled in on failure, or NULL.
 *
 * Without it the token is one that nobody knows. It outlasts the file and a live
 * update of the virtual functions, but not the driver.
 *
 * Context: Any.
 * Return: 0, -EBADF, -ENOTTY if @device is no VFIO device file, -EUNATCH if it
 *         is not bound to an iommufd, -EOPNOTSUPP if it is not that of a physical
 *         function.
 */
HF_API int hf_vfio_set_token(const struct hf_ctx *ctx, int device,
			     const uint8_t *token, struct hf_error *err);

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
 * struct hf_vfio_region - A region of a device: a BAR, configuration space, ...
 * @size: sizeof(struct hf_vfio_region).
 * @flags: VFIO_REGION_INFO_FLAG_... of <linux/vfio.h>.
 * @length: Bytes of it, 0 if the device lacks this BAR.
 * @offset: Where it begins in the device file, for mmap().
 */
struct hf_vfio_region {
	uint32_t size;
	uint32_t flags;
	uint64_t length;
	uint64_t offset;
};

/**
 * hf_vfio_region_get - Find a region of a device.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @index: VFIO_PCI_..._REGION_INDEX of <linux/vfio.h>.
 * @ret: The region.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any. Changes nothing.
 * Return: 0, -EBADF, -ENOTTY if @device is no VFIO device file, -EUNATCH if it
 *         is not bound, -ENXIO if there is no such region.
 */
HF_API int hf_vfio_region_get(const struct hf_ctx *ctx, int device,
			      uint32_t index, struct hf_vfio_region *ret,
			      struct hf_error *err);

/**
 * hf_vfio_read - Read from a region.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @index: As in hf_vfio_region_get().
 * @offset: Where in the region.
 * @buf: Where to put it. Registers of a BAR are read in naturally aligned words
 *       of up to 4 bytes.
 * @len: Bytes.
 * @err: Filled in on failure, or NULL.
 *
 * Context: A BAR can be read while the command register enables its memory.
 * Return: 0, the errors of hf_vfio_region_get(), -ERANGE if it ends behind the
 *         region, -EIO or what the kernel says if it refuses.
 */
HF_API int hf_vfio_read(const struct hf_ctx *ctx, int device, uint32_t index,
			uint64_t offset, void *buf, size_t len,
			struct hf_error *err);

/**
 * hf_vfio_write - Write to a region.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @index: As in hf_vfio_region_get().
 * @offset: Where in the region.
 * @buf: What to write, as in hf_vfio_read().
 * @len: Bytes.
 * @err: Filled in on failure, or NULL.
 *
 * Context: As hf_vfio_read().
 * Return: As hf_vfio_read().
 */
HF_API int hf_vfio_write(const struct hf_ctx *ctx, int device, uint32_t index,
			 uint64_t offset, const void *buf, size_t len,
			 struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
