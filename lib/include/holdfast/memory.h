/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_MEMORY_H
#define HOLDFAST_MEMORY_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: Memory
 *
 * Memory that a device reaches while the kernel is replaced is a memfd. Sealed it
 * can neither shrink nor grow, which is best done before it is mapped in an
 * iommufd. A memfd without these seals can be preserved, too: nobody can change
 * its size from there until the next kernel's program has it, and the kernel
 * compares its pages with those that are mapped. Memory from hugetlbfs is not
 * preserved by this kernel and refused here.
 */

/**
 * hf_memfd_create - Make a memfd that can be preserved.
 * @ctx: Context or NULL.
 * @name: Shown in /proc.
 * @length: Bytes, not 0.
 * @ret_fd: The memfd, returned, with its seals set.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -ENOSPC, -EFBIG and others of ftruncate(), -EMFILE, ...
 */
HF_API int hf_memfd_create(const struct hf_ctx *ctx, const char *name,
			   uint64_t length, int *ret_fd, struct hf_error *err);

/**
 * hf_memfd_seal - Set the seals that are missing.
 * @ctx: Context or NULL.
 * @fd: memfd, borrowed. Not mapped in an iommufd yet.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADF, -EMEDIUMTYPE if it is no memfd or of hugetlbfs, -EPERM if
 *         it was made without MFD_ALLOW_SEALING.
 */
HF_API int hf_memfd_seal(const struct hf_ctx *ctx, int fd,
			 struct hf_error *err);

/**
 * hf_memfd_check - Can a memfd be preserved?
 * @ctx: Context or NULL.
 * @fd: memfd, borrowed.
 * @ret_length: Its length, or NULL.
 * @err: Filled in if not, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADF, -EMEDIUMTYPE if it is no memfd or of hugetlbfs,
 *         -EOPNOTSUPP if it has seals the kernel does not preserve, -ENODATA if it
 *         is empty, -EFBIG if it has more than 2^32 - 1 pages.
 */
HF_API int hf_memfd_check(const struct hf_ctx *ctx, int fd,
			  uint64_t *ret_length, struct hf_error *err);

/**
 * hf_memfd_check_sealed - Can the size of a memfd not be changed any more?
 * @ctx: Context or NULL.
 * @fd: memfd, borrowed.
 * @err: Filled in if it can, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADF, -EMEDIUMTYPE if it is no memfd or of hugetlbfs, -EPERM if
 *         it lacks one of the seals that hf_memfd_seal() sets.
 */
HF_API int hf_memfd_check_sealed(const struct hf_ctx *ctx, int fd,
				 struct hf_error *err);

/* Flags of hf_memfd_map() */
#define HF_MAP_READ_ONLY	1u

/**
 * hf_memfd_map - Map a memfd.
 * @ctx: Context or NULL.
 * @fd: memfd, borrowed.
 * @offset: Where to begin, in whole pages.
 * @length: Bytes, not 0, within the memfd.
 * @flags: 0 or HF_MAP_READ_ONLY.
 * @ret: The address, for hf_memfd_unmap().
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADF, -ERANGE if the memfd is shorter, and others of mmap().
 */
HF_API int hf_memfd_map(const struct hf_ctx *ctx, int fd, uint64_t offset,
			size_t length, uint32_t flags, void **ret,
			struct hf_error *err);

/**
 * hf_memfd_unmap - Unmap it.
 * @ctx: Context or NULL.
 * @addr: What hf_memfd_map() returned.
 * @length: What it was called with.
 *
 * Context: Any.
 * Return: 0, -EINVAL.
 */
HF_API int hf_memfd_unmap(const struct hf_ctx *ctx, void *addr, size_t length);

#ifdef __cplusplus
}
#endif

#endif
