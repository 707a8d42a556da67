/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_SESSION_H
#define HOLDFAST_SESSION_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: Sessions
 *
 * A session is a file descriptor. What is preserved in it goes to the next
 * kernel, and is undone when the last reference to it is closed; nothing else
 * undoes it, and nothing undoes a part of it.
 *
 * Whoever has /dev/liveupdate open keeps everybody else out. So it is opened
 * for one call and closed at once; if it is busy that is tried again for as long
 * as the caller says. A program that is given its session (LUOSession= of
 * systemd, or a broker) never needs it.
 */

/* Length of a name without its NUL */
#define HF_SESSION_NAME_MAX	63

/* Prefix that is proposed for names, as in "holdfast-vm1" */
#define HF_SESSION_PREFIX	"holdfast-"

/* Directions */
#define HF_OUTGOING	1	/* to the next kernel */
#define HF_INCOMING	2	/* from the previous one */

/**
 * hf_session_name_check - Is this a name for a session of ours?
 * @name: The name. "systemd" is systemd's own and refused.
 * @err: Filled in if it is not.
 *
 * Context: Any.
 * Return: 0, -ENAMETOOLONG, -EPERM for "systemd", -EINVAL if it is empty or has
 *         control characters.
 */
HF_API int hf_session_name_check(const char *name, struct hf_error *err);

/**
 * hf_session_create - Make an outgoing session.
 * @ctx: Context or NULL.
 * @name: Its name, which the next kernel's program asks for.
 * @wait_ms: How long to try again while /dev/liveupdate is busy, 0: not at all.
 * @ret_fd: The session, returned.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Sleeps up to @wait_ms. Needs the right to open /dev/liveupdate.
 * Return: 0, the errors of hf_session_name_check(),
 *         -EBUSY if /dev/liveupdate stayed busy (@err names its holder, if it
 *         can be found),
 *         -EEXIST if there is a session of this name,
 *         -ENOENT, -ENODEV or -ENXIO if the kernel has no live update or it is
 *         off, -EIO if the kernel cannot read what the previous one left,
 *         -EACCES or -EPERM if the caller may not open it.
 */
HF_API int hf_session_create(const struct hf_ctx *ctx, const char *name,
			     uint32_t wait_ms, int *ret_fd,
			     struct hf_error *err);

/**
 * hf_session_retrieve - Get a session of the previous kernel.
 * @ctx: Context or NULL.
 * @name: Its name.
 * @wait_ms: As in hf_session_create().
 * @ret_fd: The session, returned.
 * @err: Filled in on failure, or NULL.
 *
 * Context: As hf_session_create().
 * Return: 0, the errors of hf_session_create() without -EEXIST, and
 *         -ESRCH if there is no such session,
 *         -EALREADY if somebody holds it already.
 */
HF_API int hf_session_retrieve(const struct hf_ctx *ctx, const char *name,
			       uint32_t wait_ms, int *ret_fd,
			       struct hf_error *err);

/**
 * struct hf_session - What a session fd is.
 * @size: sizeof(struct hf_session).
 * @direction: HF_OUTGOING or HF_INCOMING.
 * @name: Its name.
 */
struct hf_session {
	uint32_t size;
	uint32_t direction;
	char name[HF_SESSION_NAME_MAX + 1];
};

/**
 * hf_session_adopt - Verify a session fd that somebody else made.
 * @ctx: Context or NULL.
 * @fd: The fd, borrowed.
 * @direction: HF_OUTGOING, HF_INCOMING, or 0 for any.
 * @ret: What it is, or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * Nothing is changed. Names are not checked: they are the business of who made
 * the session.
 *
 * Context: Any.
 * Return: 0, -EBADF, -ENOTTY if @fd is not a session, -EXDEV if it has the other
 *         direction.
 */
HF_API int hf_session_adopt(const struct hf_ctx *ctx, int fd,
			    uint32_t direction, struct hf_session *ret,
			    struct hf_error *err);

/**
 * hf_session_preserve - Preserve one fd; plans do this for whole programs.
 * @ctx: Context or NULL.
 * @session: Outgoing session, borrowed.
 * @fd: memfd, iommufd or bound VFIO device file, borrowed. The kernel takes a
 *      reference of its own.
 * @token: How to find it in the next kernel. Those of hf_plan_preserve() begin
 *         at HF_TOKEN_MANIFEST.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Pins memory, which takes time.
 * Return: 0, -EBADF, -ENOTTY if @session is no session, -EEXIST if the token is
 *         in use, -EBUSY if the file is preserved already or not finished,
 *         -ENOENT if no part of the kernel preserves such a file,
 *         -EINVAL if it refused (or the session is not outgoing),
 *         -EOPNOTSUPP if it does not support something about it.
 */
HF_API int hf_session_preserve(const struct hf_ctx *ctx, int session, int fd,
			       uint64_t token, struct hf_error *err);

/**
 * hf_session_token_free - Could a token be used in this session?
 * @ctx: Context or NULL.
 * @session: Outgoing session, borrowed.
 * @token: The token.
 * @err: Filled in on failure, or NULL.
 *
 * Asks the kernel, changes nothing.
 *
 * Context: Any.
 * Return: 0, -EEXIST if it is in use, -ENOTTY, -EBADF, -EXDEV as in
 *         hf_session_adopt().
 */
HF_API int hf_session_token_free(const struct hf_ctx *ctx, int session,
				 uint64_t token, struct hf_error *err);

/**
 * hf_session_retrieve_fd - Get one fd; hf_restore_all() gets those of a plan.
 * @ctx: Context or NULL.
 * @session: Incoming session, borrowed.
 * @token: What it was preserved with.
 * @ret_fd: The fd, returned.
 * @err: Filled in on failure, or NULL.
 *
 * The kernel remembers most failures: it answers the same when asked again.
 *
 * Context: May be slow for much memory.
 * Return: 0, -EBADF, -ENOTTY if @session is no session, -ENOENT if there is no
 *         such token or its driver is not loaded, -ENODEV if the device is not
 *         there or not bound to vfio-pci, -EBUSY if another file has it,
 *         -EOPNOTSUPP if it is of another version, -EINVAL if it is damaged or
 *         the session is not incoming.
 */
HF_API int hf_session_retrieve_fd(const struct hf_ctx *ctx, int session,
				  uint64_t token, int *ret_fd,
				  struct hf_error *err);

/* Flags of hf_session_finish() */
#define HF_FINISH_DISCARD	1u	/* give up what was not retrieved */

/**
 * hf_session_finish - The point of no return: all is well in the new kernel.
 * @ctx: Context or NULL.
 * @session: Incoming session, borrowed. It is of no use afterwards: close it.
 * @flags: 0 or HF_FINISH_DISCARD.
 * @err: Filled in on failure, or NULL.
 *
 * Context: With HF_FINISH_DISCARD devices are reset.
 * Return: 0, -EBADF, -ENOTTY if @session is no session,
 *         -EBUSY if something was not retrieved or a running device was not
 *         bound to its iommufd; nothing has changed then,
 *         -EINVAL if the session is not incoming,
 *         -EOPNOTSUPP if this kernel has no HF_FINISH_DISCARD.
 */
HF_API int hf_session_finish(const struct hf_ctx *ctx, int session,
			     uint32_t flags, struct hf_error *err);

/**
 * hf_session_abort - Close a session.
 * @ctx: Context or NULL.
 * @session: The session, taken.
 * @err: Filled in on failure, or NULL.
 *
 * Of an outgoing session everything is undone, if nobody else holds it. The fd
 * store of systemd does if it was stored there: hf_fdstore_remove() comes first.
 * A session that was handed over is of no use any more then: whoever gave it has to
 * give another. An incoming session with a device can be retrieved again.
 *
 * Context: Before the kexec.
 * Return: 0, -EBADF, or what close() says; @session is closed in any case.
 */
HF_API int hf_session_abort(const struct hf_ctx *ctx, int session,
			    struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
