/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_RESTORE_H
#define HOLDFAST_RESTORE_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: The manifest
 *
 * All numbers are little-endian, of fixed width and without holes. Whatever does
 * not agree with this is refused; the program before may have been older, newer
 * or hostile.
 *
 *   offset  size  header, @header_size bytes
 *        0     8  "HOLDFAST"
 *        8     4  version: 1. Others are refused.
 *       12     4  header_size: 64 or more; what is behind is ignored.
 *       16     4  entry_size: 128 or more; likewise.
 *       20     4  entry_count: 1 to 4096
 *       24     8  total_size: size of the manifest, padding excluded
 *       32     8  blob_offset: header_size + entry_count * entry_size
 *       40     8  blob_size: 0 to 1 MiB; total_size is where the blob ends
 *       48     4  must: what a reader must know. Unknown bits are refused.
 *       52     4  checksum: CRC-32 (as in zip) of all, with 0 here
 *       56     8  0, ignored
 *
 *   offset  size  entry, in the order of the plan
 *        0     4  kind: HF_KIND_...
 *        4     4  flags: bit 0: may be ignored by those who do not know @kind;
 *                 bit 1: a memfd without the seals that keep its size
 *        8     8  token: HF_TOKEN_MANIFEST + 1 + number, 0 for a HWPT
 *       16     8  length of a memfd, else 0
 *       24     4  parent: number of an earlier entry, or 0xffffffff
 *       28     4  hwpt_id
 *       32     4  ioas_id
 *       36     4  PCI domain
 *       40     4  PCI bus << 8 | device << 3 | function
 *       44     4  0, ignored
 *       48    32  label, ends in a NUL, 0 behind
 *       80    48  0, ignored
 *
 * The order of kinds is memfd, then iommufd each with its HWPTs behind it, then
 * device. No device and no HWPT of an iommufd is there twice.
 */

/*
 * struct hf_manifest: A manifest that was checked; opaque.
 */
struct hf_manifest;

/**
 * hf_manifest_parse - Check and read a manifest.
 * @data: The bytes. Borrowed, and may change meanwhile: they are copied first.
 * @len: How many; may be more than the manifest has.
 * @ret: The manifest, for hf_manifest_free().
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADMSG if it is damaged or contradicts itself, -EOPNOTSUPP if it
 *         is of another version or needs what this library does not know.
 */
HF_API int hf_manifest_parse(const void *data, size_t len,
			     struct hf_manifest **ret, struct hf_error *err);

/**
 * hf_manifest_read - The same from a memfd.
 * @ctx: Context or NULL.
 * @memfd: The memfd, borrowed.
 * @ret: The manifest, for hf_manifest_free().
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: As hf_manifest_parse(), -EFBIG if it is larger than any can be.
 */
HF_API int hf_manifest_read(const struct hf_ctx *ctx, int memfd,
			    struct hf_manifest **ret, struct hf_error *err);

/**
 * hf_manifest_build - What hf_plan_preserve() writes.
 * @plan: The plan; hf_plan_check() has passed, or lengths are 0.
 * @buf: Where to put it, or NULL to learn the size.
 * @len: Size of @buf.
 * @ret_len: Size of the manifest.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -ENOSPC if @buf is too small, -ENODATA if the plan is empty.
 */
HF_API int hf_manifest_build(const struct hf_plan *plan, void *buf, size_t len,
			     size_t *ret_len, struct hf_error *err);

/**
 * hf_manifest_count - Number of entries.
 * @manifest: The manifest.
 *
 * Context: Any.
 * Return: The number, 0 for NULL.
 */
HF_API uint32_t hf_manifest_count(const struct hf_manifest *manifest);

/**
 * hf_manifest_get - One entry.
 * @manifest: The manifest.
 * @i: Its number from 0 on.
 * @ret: The entry, with @fd -1.
 *
 * Context: Any.
 * Return: 0, -ERANGE if there are not that many, -EINVAL.
 */
HF_API int hf_manifest_get(const struct hf_manifest *manifest, uint32_t i,
			   struct hf_entry *ret);

/**
 * hf_manifest_blob - The blob of the caller.
 * @manifest: The manifest.
 * @ret_len: Its length.
 *
 * What is in it is as trustworthy as the program that wrote it.
 *
 * Context: Any.
 * Return: The blob, part of @manifest; NULL if there is none.
 */
HF_API const void *hf_manifest_blob(const struct hf_manifest *manifest,
				    size_t *ret_len);

/**
 * hf_manifest_free - Free a manifest.
 * @manifest: The manifest, or NULL.
 *
 * Context: Any.
 */
HF_API void hf_manifest_free(struct hf_manifest *manifest);

/**
 * DOC: Restoring
 *
 * In the next kernel: bind the devices to vfio-pci (hf_bind()), get the session
 * (hf_session_retrieve(), or from systemd), hf_restore_open(), hf_restore_all(),
 * bind each device file to its iommufd and attach it to its page table
 * (hf_restore_attach()), set up interrupts, run, hf_session_finish().
 */

/*
 * struct hf_restore: What comes back; opaque.
 */
struct hf_restore;

/**
 * hf_restore_open - Read the manifest of a session.
 * @ctx: Context or NULL; kept.
 * @session: Incoming session, borrowed until hf_restore_free().
 * @ret: What comes back, for hf_restore_free().
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, the errors of hf_session_adopt(), hf_session_retrieve_fd() and
 *         hf_manifest_read(); -ENOENT if the session has no manifest.
 */
HF_API int hf_restore_open(const struct hf_ctx *ctx, int session,
			   struct hf_restore **ret, struct hf_error *err);

/**
 * hf_restore_manifest - The manifest of a session.
 * @restore: What comes back.
 *
 * Context: Any.
 * Return: The manifest, part of @restore; NULL for NULL.
 */
HF_API const struct hf_manifest *
hf_restore_manifest(const struct hf_restore *restore);

/**
 * hf_restore_all - Retrieve all entries in the order of the manifest.
 * @restore: What comes back.
 * @err: Filled in with the first failure, or NULL.
 *
 * As the kernel remembers failures, a device whose driver is not vfio-pci is not
 * asked for: its status is -EAGAIN, and this function may be called again. A
 * failure does not keep other entries back, except devices that go on with an
 * iommufd that failed: these are not asked for either. What comes is compared
 * with the manifest: a memfd must have its length and, if it was sealed, its seals;
 * a device must be the one that is named (if the kernel tells).
 *
 * Context: May be slow for much memory.
 * Return: 0 if all are there, else the first error: -EAGAIN, -EBADMSG if an
 *         entry is not what the manifest says, or one of
 *         hf_session_retrieve_fd(). hf_restore_get() tells for each.
 */
HF_API int hf_restore_all(struct hf_restore *restore, struct hf_error *err);

/**
 * hf_restore_get - One entry and whether it is there.
 * @restore: What comes back.
 * @i: Its number from 0 on.
 * @ret: The entry with @fd, borrowed, and @status.
 *
 * Context: Any.
 * Return: 0, -ERANGE if there are not that many, -EINVAL.
 */
HF_API int hf_restore_get(const struct hf_restore *restore, uint32_t i,
			  struct hf_entry *ret);

/**
 * hf_restore_find - Find an entry by its kind and label.
 * @restore: What comes back.
 * @kind: HF_KIND_...
 * @label: The label; of a device also its PCI address.
 * @ret_i: Its number.
 *
 * Context: Any.
 * Return: 0, -ENOENT, -ENOTUNIQ if there are several, -EINVAL.
 */
HF_API int hf_restore_find(const struct hf_restore *restore, uint32_t kind,
			   const char *label, uint32_t *ret_i);

/**
 * hf_restore_take - Take an fd over.
 * @restore: What comes back.
 * @i: Number of the entry.
 * @ret_fd: The fd, returned. hf_restore_free() will not close it.
 *
 * Context: Any.
 * Return: 0, -ERANGE, -ENOENT if it is not there or was taken, -EINVAL.
 */
HF_API int hf_restore_take(struct hf_restore *restore, uint32_t i,
			   int *ret_fd);

/**
 * hf_restore_attach - Bind a device to its iommufd and page table.
 * @restore: What comes back. Neither the device nor its iommufd was taken, or
 *           use hf_vfio_bind() and hf_vfio_attach().
 * @i: Number of a device.
 * @iommufd: -1 for the one of the manifest. For a device that was reset on the
 *           way: any iommufd, borrowed; attaching is the caller's business then.
 * @ret_devid: Id of the device in the iommufd, or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * If it fails after the device was bound, it may be called again with the same
 * iommufd; closing the device instead would stop it.
 *
 * Context: Before hf_session_finish().
 * Return: 0, -ERANGE, -ENOENT if one of the two is not there, -ENOTTY if entry
 *         @i is no device, the errors of hf_vfio_bind() and hf_vfio_attach().
 */
HF_API int hf_restore_attach(struct hf_restore *restore, uint32_t i,
			     int iommufd, uint32_t *ret_devid,
			     struct hf_error *err);

/**
 * hf_restore_free - Close what was not taken, and free the rest.
 * @restore: What comes back, or NULL. The session stays open.
 *
 * Context: Any.
 */
HF_API void hf_restore_free(struct hf_restore *restore);

#ifdef __cplusplus
}
#endif

#endif
