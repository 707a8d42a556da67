/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_PLAN_H
#define HOLDFAST_PLAN_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: Plans
 *
 * A plan is what a program wants to preserve. Entries may be added in any order;
 * a plan sorts them into the only one that works: memfds, iommufds with their
 * page tables, devices, each in the order in which they were added.
 *
 * All that can be checked is checked before anything is touched: by
 * hf_plan_check(), and again by the functions that preserve.
 *
 * Undo
 * ====
 *
 * The kernel undoes a session as a whole, when its last reference is closed.
 *
 * - hf_plan_preserve() makes the session itself. If an entry fails it closes
 *   the session and returns none: the system is as it was, the devices and the
 *   VM run on, and the caller may try again.
 * - hf_plan_preserve_into() is given the session, and does not close what is not
 *   its own. If an entry fails the caller is told how many were preserved before
 *   it. If that is not 0 the session is spoiled: it must neither be used nor
 *   taken along. The caller closes all references to it, such as the one in the
 *   fd store of systemd, which undoes it, and gets another. A kexec before that
 *   would preserve a part of the plan, which no manifest names: restoring it
 *   fails with -ENOENT, and its session can be discarded.
 *
 * Marks of page tables stay. They have no effect unless the iommufd is
 * preserved.
 *
 * What the next kernel's program sees
 * ===================================
 *
 * Next to the entries a memfd is preserved, the manifest. Its token is
 * HF_TOKEN_MANIFEST in every session; entry number N of the sorted plan has the
 * token HF_TOKEN_MANIFEST + 1 + N. The manifest is preserved last: where it is,
 * the plan is complete. It names the entries and carries a blob of the caller.
 * Its layout is described in holdfast/restore.h.
 */

#define HF_TOKEN_MANIFEST	UINT64_C(0x4846000000000000)

#define HF_PLAN_ENTRIES_MAX	4096u
#define HF_PLAN_BLOB_MAX	(1u << 20)
#define HF_LABEL_LEN		32

/* Kinds of entries */
#define HF_KIND_MEMFD		1
#define HF_KIND_IOMMUFD		2
#define HF_KIND_DEVICE		3
#define HF_KIND_HWPT		4	/* of an iommufd, has no file or token */

/* Flags of entries */
#define HF_ENTRY_UNSEALED	1u	/* memfd: hf_memfd_check_sealed() says no */

/* "None" where an entry is named by its number */
#define HF_NO_ENTRY		UINT32_MAX

/*
 * struct hf_plan: What is to be preserved; opaque.
 */
struct hf_plan;

/**
 * struct hf_entry - One entry of a plan or a manifest.
 * @size: sizeof(struct hf_entry).
 * @kind: HF_KIND_...
 * @token: Token in the session, 0 for a HWPT.
 * @length: Bytes of a memfd, else 0.
 * @parent: Device: number of the iommufd it goes on with, HF_NO_ENTRY if it is
 *          reset on the way. HWPT: number of its iommufd. Else HF_NO_ENTRY.
 * @hwpt_id: Device that goes on: page table it is attached to. HWPT: its id.
 * @ioas_id: HWPT: its IOAS.
 * @domain: Device: PCI domain.
 * @rid: Device: bus << 8 | device << 3 | function.
 * @fd: In a plan the fd, borrowed. In a restore the fd, which is the library's
 *      until hf_restore_take(). -1 if there is none.
 * @status: In a restore: 0 if it was retrieved, -EAGAIN if that was not tried
 *          or can be tried again, else the negative errno that stays. In a plan 0.
 * @flags: HF_ENTRY_... Known after hf_plan_check().
 * @label: The caller's name for it, may be empty.
 */
struct hf_entry {
	uint32_t size;
	uint32_t kind;
	uint64_t token;
	uint64_t length;
	uint32_t parent;
	uint32_t hwpt_id;
	uint32_t ioas_id;
	uint32_t domain;
	uint32_t rid;
	int32_t fd;
	int32_t status;
	uint32_t flags;
	char label[HF_LABEL_LEN];
};

/**
 * hf_plan_new - Begin a plan.
 * @ctx: Context or NULL; kept.
 * @ret: The plan, for hf_plan_free().
 *
 * Context: Any.
 * Return: 0, -EINVAL or -ENOMEM.
 */
HF_API int hf_plan_new(const struct hf_ctx *ctx, struct hf_plan **ret);

/**
 * hf_plan_free - Free a plan. What was preserved stays so.
 * @plan: The plan, or NULL. Its fds are the caller's.
 *
 * Context: Any.
 */
HF_API void hf_plan_free(struct hf_plan *plan);

/**
 * hf_plan_add_memfd - Add memory.
 * @plan: The plan.
 * @fd: memfd, borrowed until the plan is freed. Sealed or not: the manifest says
 *      which, and the next kernel's library demands the seals of one that has
 *      them.
 * @label: How to find it again, "" or NULL for none.
 * @ret_id: Handle of the entry within this plan, or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADF if @fd is negative, -ENOSPC if the plan is full,
 *         -ENAMETOOLONG for the label, -EBUSY if the plan is preserved.
 */
HF_API int hf_plan_add_memfd(struct hf_plan *plan, int fd, const char *label,
			     uint32_t *ret_id, struct hf_error *err);

/**
 * hf_plan_add_iommufd - Add an iommufd.
 * @plan: The plan.
 * @fd: iommufd, borrowed until the plan is freed.
 * @label: As in hf_plan_add_memfd().
 * @ret_id: Handle, for hf_plan_add_hwpt() and hf_plan_add_device(), or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: As hf_plan_add_memfd().
 */
HF_API int hf_plan_add_iommufd(struct hf_plan *plan, int fd, const char *label,
			       uint32_t *ret_id, struct hf_error *err);

/**
 * hf_plan_add_hwpt - Add a page table of an iommufd of the plan.
 * @plan: The plan.
 * @iommufd: Handle of the iommufd.
 * @hwpt_id: Page table. It is marked when the plan is preserved, if it was not.
 * @ioas_id: Its IOAS.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: As hf_plan_add_memfd(), and -ENOENT if @iommufd is none, -EEXIST if
 *         the page table is in the plan.
 */
HF_API int hf_plan_add_hwpt(struct hf_plan *plan, uint32_t iommufd,
			    uint32_t hwpt_id, uint32_t ioas_id,
			    struct hf_error *err);

/**
 * struct hf_plan_device - A device of a plan.
 * @size: sizeof(struct hf_plan_device).
 * @fd: VFIO device file, opened through its own file and bound to an iommufd.
 *      Borrowed until the plan is freed.
 * @iommufd: Handle of the iommufd the device is bound to and goes on with, or
 *           HF_NO_ENTRY: the device is reset on the way.
 * @hwpt_id: Page table it is attached to, 0 if it is reset on the way.
 * @bdf: Its PCI address, or NULL to ask the kernel, which knows.
 * @label: As in hf_plan_add_memfd().
 */
struct hf_plan_device {
	uint32_t size;
	int32_t fd;
	uint32_t iommufd;
	uint32_t hwpt_id;
	const char *bdf;
	const char *label;
};

/**
 * hf_plan_add_device - Add a device.
 * @plan: The plan.
 * @device: The device.
 * @ret_id: Handle, or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: As hf_plan_add_memfd(), and -ENOENT if the iommufd or its page table
 *         is not in the plan, -ENODEV if the PCI address is not given and not
 *         known to the kernel, -ENOTUNIQ if it is given and the kernel knows of
 *         another.
 */
HF_API int hf_plan_add_device(struct hf_plan *plan,
			      const struct hf_plan_device *device,
			      uint32_t *ret_id, struct hf_error *err);

/**
 * hf_plan_set_blob - Give the next kernel's program something to read.
 * @plan: The plan.
 * @data: Up to HF_PLAN_BLOB_MAX bytes. Copied. NULL with @len 0 for none.
 * @len: How many.
 * @err: Filled in on failure, or NULL.
 *
 * Larger state goes into a memfd of its own.
 *
 * Context: Any.
 * Return: 0, -EFBIG, -EBUSY if the plan is preserved.
 */
HF_API int hf_plan_set_blob(struct hf_plan *plan, const void *data, size_t len,
			    struct hf_error *err);

/**
 * hf_plan_count - Number of entries, HWPTs included.
 * @plan: The plan.
 *
 * Context: Any.
 * Return: The number, 0 for NULL.
 */
HF_API uint32_t hf_plan_count(const struct hf_plan *plan);

/**
 * hf_plan_get - One entry in the order in which they are preserved.
 * @plan: The plan.
 * @i: Its number from 0 on. Not the handle: numbers change as entries are added.
 * @ret: The entry, as it will be in the manifest; @length and @flags are known
 *       after hf_plan_check().
 *
 * Context: Any.
 * Return: 0, -ERANGE if there are not that many, -EINVAL.
 */
HF_API int hf_plan_get(const struct hf_plan *plan, uint32_t i,
		       struct hf_entry *ret);

/**
 * hf_plan_check - Check all that can be checked, touch nothing.
 * @plan: The plan.
 * @err: Filled in on failure, or NULL; names the entry.
 *
 * What only the kernel knows is not covered, above all: whether the memory that
 * is mapped in an IOAS is that of the plan, whether a device is attached to the
 * page table that is said, whether interrupts are armed (they must not be at the
 * time of the kexec, see hf_vfio_irqs_disable()).
 *
 * Context: Any. Without access to sysfs devices are checked by their files only.
 * Return: 0, -ENODATA if the plan is empty, -ENOTUNIQ if a file or device is in
 *         it twice, the errors of hf_memfd_check(), hf_device_check() and
 *         hf_vfio_check_bound(), -ENOTTY if an iommufd is none, -ENOENT if there
 *         is no such IOAS, -ENOKEY if an iommufd has no page table in the plan,
 *         -ENOLINK if a page table has no device in it.
 */
HF_API int hf_plan_check(struct hf_plan *plan, struct hf_error *err);

/**
 * hf_plan_preserve - Make a session and preserve all or nothing.
 * @plan: The plan.
 * @name: Name of the session.
 * @wait_ms: As in hf_session_create().
 * @ret_session: The session, returned. Closing it undoes everything.
 * @err: Filled in on failure, or NULL; names the entry.
 *
 * A plan is preserved once at a time: after a failure it may be tried again, and
 * after the session was closed, when hf_plan_reset() was called.
 *
 * Context: Needs the right to open /dev/liveupdate. Pins memory.
 * Return: 0, -EBUSY also if the plan is preserved, and the errors of
 *         hf_plan_check(), hf_session_create(), hf_iommufd_mark() and
 *         hf_session_preserve(). On failure there is no session.
 */
HF_API int hf_plan_preserve(struct hf_plan *plan, const char *name,
			    uint32_t wait_ms, int *ret_session,
			    struct hf_error *err);

/**
 * hf_plan_preserve_into - Preserve all in a session that is there.
 * @plan: The plan.
 * @session: Outgoing session, borrowed, also on failure.
 * @ret_spoiled: On failure: number of files that were preserved before it, which
 *               only closing the session undoes; see "Undo" above. 0 if the
 *               session is as it was. On success 0. May be NULL.
 * @err: Filled in on failure, or NULL; names the entry.
 *
 * That the tokens are free is checked before anything is touched, too.
 *
 * Context: Needs no privilege beyond the fds. Pins memory.
 * Return: As hf_plan_preserve(), with the errors of hf_session_adopt() and
 *         hf_session_token_free() instead of those of hf_session_create().
 */
HF_API int hf_plan_preserve_into(struct hf_plan *plan, int session,
				 uint32_t *ret_spoiled, struct hf_error *err);

/**
 * hf_plan_reset - The session was closed: the plan may be preserved again.
 * @plan: The plan.
 *
 * Context: Any.
 */
HF_API void hf_plan_reset(struct hf_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
