/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_SYSTEMD_H
#define HOLDFAST_SYSTEMD_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: systemd
 *
 * A unit stores only its session fd, with FDPOLL=0 as sessions cannot be
 * polled. Raw VFIO or iommufd files in the fd store are preserved late, in an
 * order that does not work, and lost without stopping the kexec: do not.
 *
 * A store that is not there is not told of either: systemd closes what it is
 * sent and does not take, which undoes a session. FDSTORE in the environment
 * says how many files it takes (systemd 254); without it there is no store.
 *
 * The environment is not read here. Pass what getenv() says.
 */

/*
 * struct hf_listen: File descriptors that systemd passed; opaque.
 */
struct hf_listen;

/**
 * hf_listen_parse - Read LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES.
 * @listen_pid: Of the environment, or NULL.
 * @listen_fds: Likewise.
 * @listen_fdnames: Likewise. Without it all names are "unknown".
 * @pid: getpid().
 * @ret: The list, for hf_listen_free(). Empty if nothing was passed, or to
 *       another process.
 * @err: Filled in on failure, or NULL.
 *
 * Nothing is done to the fds.
 *
 * Context: Any.
 * Return: 0, -EBADMSG if they contradict each other or are no numbers.
 */
HF_API int hf_listen_parse(const char *listen_pid, const char *listen_fds,
			   const char *listen_fdnames, int32_t pid,
			   struct hf_listen **ret, struct hf_error *err);

/**
 * hf_listen_claim - Check that the fds are open, and set O_CLOEXEC on them.
 * @ctx: Context or NULL.
 * @listen: The list. The fds become the caller's.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Once, early, before any fork().
 * Return: 0, -EBADF if one is not open.
 */
HF_API int hf_listen_claim(const struct hf_ctx *ctx,
			   const struct hf_listen *listen,
			   struct hf_error *err);

/**
 * hf_listen_count - Number of fds.
 * @listen: The list.
 *
 * Context: Any.
 * Return: The number, 0 for NULL.
 */
HF_API uint32_t hf_listen_count(const struct hf_listen *listen);

/**
 * hf_listen_get - One fd and its name.
 * @listen: The list.
 * @i: Its number from 0 on.
 * @ret_fd: The fd, the caller's.
 * @ret_name: Its name, part of @listen. Or NULL.
 *
 * Context: Any.
 * Return: 0, -ERANGE if there are not that many, -EINVAL.
 */
HF_API int hf_listen_get(const struct hf_listen *listen, uint32_t i,
			 int *ret_fd, const char **ret_name);

/**
 * hf_listen_find - Find an fd by its name.
 * @listen: The list.
 * @name: The name, as in LUOSession= or FDNAME=.
 * @ret_fd: The fd, the caller's.
 *
 * Context: Any.
 * Return: 0, -ENOENT, -ENOTUNIQ if there are several, -EINVAL.
 */
HF_API int hf_listen_find(const struct hf_listen *listen, const char *name,
			  int *ret_fd);

/**
 * hf_listen_free - Free a list. The fds stay open.
 * @listen: The list, or NULL.
 *
 * Context: Any.
 */
HF_API void hf_listen_free(struct hf_listen *listen);

/**
 * hf_fdstore_add - Store a session in the fd store of our unit.
 * @ctx: Context or NULL.
 * @notify_socket: NOTIFY_SOCKET of the environment: a path or "@name".
 * @session: The session, borrowed; it is verified first.
 * @fdname: How to find it again: 1 to 255 printable ASCII characters, no colon.
 * @err: Filled in on failure, or NULL.
 *
 * systemd does not answer: that it was received is all that is known. The unit
 * needs FileDescriptorStoreMax= and FileDescriptorStorePreserve=.
 *
 * Context: Any.
 * Return: 0, the errors of hf_session_adopt(), -ENOTCONN if @notify_socket is
 *         NULL or empty, -EAFNOSUPPORT if it is neither a path nor abstract,
 *         -ENAMETOOLONG, and others of sendmsg().
 */
HF_API int hf_fdstore_add(const struct hf_ctx *ctx, const char *notify_socket,
			  int session, const char *fdname,
			  struct hf_error *err);

/**
 * hf_fdstore_remove - Remove what has this name from the fd store.
 * @ctx: Context or NULL.
 * @notify_socket: As in hf_fdstore_add().
 * @fdname: Likewise.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: As hf_fdstore_add(), without those of the session.
 */
HF_API int hf_fdstore_remove(const struct hf_ctx *ctx,
			     const char *notify_socket, const char *fdname,
			     struct hf_error *err);

/**
 * hf_notify - Tell the service manager about our state.
 * @ctx: Context or NULL.
 * @notify_socket: As in hf_fdstore_add().
 * @text: What to tell, in the words of sd_notify(3), such as "READY=1" or
 *        "STATUS=...", a line each; not empty.
 * @err: Filled in on failure, or NULL.
 *
 * A unit with Type=notify counts as started only after "READY=1". Say it when
 * the devices work: after an update that is when the session is finished.
 *
 * Context: Any.
 * Return: 0, -EINVAL if @text is NULL or empty, and as hf_fdstore_add() without
 *         those of the session.
 */
HF_API int hf_notify(const struct hf_ctx *ctx, const char *notify_socket,
		     const char *text, struct hf_error *err);

/**
 * hf_notify_barrier - Wait until all that was told so far was dealt with.
 * @ctx: Context or NULL.
 * @notify_socket: As in hf_fdstore_add().
 * @wait_ms: How long to wait at most.
 * @err: Filled in on failure, or NULL.
 *
 * To be called between hf_fdstore_add() and the exit of the process: a message
 * of a process that is gone may find no unit that it belongs to, and what it
 * stored is closed. That undoes a session.
 *
 * Context: Process. Waits.
 * Return: 0, -ETIMEDOUT if the manager did not come to it, and as hf_notify().
 */
HF_API int hf_notify_barrier(const struct hf_ctx *ctx,
			     const char *notify_socket, uint32_t wait_ms,
			     struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
