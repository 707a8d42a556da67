/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_IOMMUFD_H
#define HOLDFAST_IOMMUFD_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: iommufd
 *
 * A device that keeps running through a live update needs an IOAS with memfds
 * mapped by file, and a page table (HWPT) of this IOAS, marked for live update. A program with an iommufd layer of its own needs only
 * hf_iommufd_mark().
 */

/**
 * hf_iommufd_open - Open /dev/iommu.
 * @ctx: Context or NULL.
 * @ret_fd: The iommufd, returned.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Needs the right to open it.
 * Return: 0, -ENOENT if the kernel lacks iommufd, -EACCES, ...
 */
HF_API int hf_iommufd_open(const struct hf_ctx *ctx, int *ret_fd,
			   struct hf_error *err);

/**
 * hf_iommufd_ioas_alloc - Make an IO address space.
 * @ctx: Context or NULL.
 * @iommufd: iommufd, borrowed.
 * @ret_ioas: Its id.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADF, -ENOTTY if @iommufd is none.
 */
HF_API int hf_iommufd_ioas_alloc(const struct hf_ctx *ctx, int iommufd,
				 uint32_t *ret_ioas, struct hf_error *err);

/**
 * hf_iommufd_ioas_check - Is this an iommufd with this IOAS?
 * @ctx: Context or NULL.
 * @iommufd: The fd, borrowed.
 * @ioas: Id of an IOAS.
 * @err: Filled in if not, or NULL.
 *
 * Asks the kernel, changes nothing.
 *
 * Context: Any.
 * Return: 0, -EBADF, -ENOTTY if @iommufd is none, -ENOENT if there is no such
 *         IOAS.
 */
HF_API int hf_iommufd_ioas_check(const struct hf_ctx *ctx, int iommufd,
				 uint32_t ioas, struct hf_error *err);

/* Flags of struct hf_map */
#define HF_MAP_IOVA_READ	1u	/* the device may read */
#define HF_MAP_IOVA_WRITE	2u	/* the device may write */
#define HF_MAP_IOVA_ANY		4u	/* the kernel chooses the address */

/**
 * struct hf_map - A mapping of a memfd in an IOAS.
 * @size: sizeof(struct hf_map).
 * @flags: HF_MAP_IOVA_...
 * @ioas: Id of the IOAS.
 * @memfd: memfd, borrowed; the kernel keeps a reference of its own.
 * @offset: Where in the memfd, in whole pages.
 * @length: Bytes, in whole pages.
 * @iova: Address for the device; filled in with HF_MAP_IOVA_ANY.
 */
struct hf_map {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas;
	int32_t memfd;
	uint64_t offset;
	uint64_t length;
	uint64_t iova;
};

/**
 * hf_iommufd_map - Map memory of a memfd.
 * @ctx: Context or NULL.
 * @iommufd: iommufd, borrowed.
 * @map: What, where, how.
 * @err: Filled in on failure, or NULL.
 *
 * The function refuses a file that can never be preserved, see hf_memfd_check().
 *
 * Context: Pins memory.
 * Return: 0, the errors of hf_memfd_check(), -ENOTTY if @iommufd is none,
 *         -ENOENT if there is no such IOAS, -EEXIST if the address is taken,
 *         -EBUSY if the iommufd is preserved, -ENOMEM also if RLIMIT_MEMLOCK is
 *         reached.
 */
HF_API int hf_iommufd_map(const struct hf_ctx *ctx, int iommufd,
			  struct hf_map *map, struct hf_error *err);

/**
 * hf_iommufd_unmap - Unmap memory.
 * @ctx: Context or NULL.
 * @iommufd: iommufd, borrowed.
 * @ioas: Id of the IOAS.
 * @iova: Address of a mapping.
 * @length: Its length.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -ENOTTY if @iommufd is none, -ENOENT if there is no such IOAS or
 *         mapping, -EBUSY if the iommufd is preserved.
 */
HF_API int hf_iommufd_unmap(const struct hf_ctx *ctx, int iommufd,
			    uint32_t ioas, uint64_t iova, uint64_t length,
			    struct hf_error *err);

/**
 * hf_iommufd_hwpt_alloc - Make a page table of an IOAS.
 * @ctx: Context or NULL.
 * @iommufd: iommufd, borrowed.
 * @devid: Id of a device in the iommufd, from hf_vfio_bind().
 * @ioas: Id of the IOAS.
 * @ret_hwpt: Its id.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -ENOTTY if @iommufd is none, -ENOENT if there is no such device or
 *         IOAS.
 */
HF_API int hf_iommufd_hwpt_alloc(const struct hf_ctx *ctx, int iommufd,
				 uint32_t devid, uint32_t ioas,
				 uint32_t *ret_hwpt, struct hf_error *err);

/**
 * hf_iommufd_mark - Mark a page table to go along; plans do this, too.
 * @ctx: Context or NULL.
 * @iommufd: iommufd, borrowed.
 * @hwpt: Id of the page table. Its id is its token, or this with bit 63 set if
 *        it has that one already or another one has. It replaces a token that
 *        the page table had before.
 * @err: Filled in on failure, or NULL.
 *
 * A mark cannot be removed, and stays through a live update. It has no effect
 * unless the iommufd is preserved.
 *
 * Context: Any.
 * Return: 0 also if it is marked already, -ENOTTY if @iommufd is none or the
 *         kernel preserves no iommufd, -ENOENT if there is no such page table,
 *         -EOPNOTSUPP if it cannot be preserved, -EADDRINUSE if others have
 *         both tokens, -EBUSY if the iommufd is preserved.
 */
HF_API int hf_iommufd_mark(const struct hf_ctx *ctx, int iommufd,
			   uint32_t hwpt, struct hf_error *err);

/**
 * hf_iommufd_destroy - Destroy an IOAS or a page table.
 * @ctx: Context or NULL.
 * @iommufd: iommufd, borrowed.
 * @id: Its id.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -ENOTTY if @iommufd is none, -ENOENT, -EBUSY if it is in use,
 *         preserved or not finished.
 */
HF_API int hf_iommufd_destroy(const struct hf_ctx *ctx, int iommufd,
			      uint32_t id, struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
