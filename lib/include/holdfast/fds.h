/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_FDS_H
#define HOLDFAST_FDS_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: File descriptors
 *
 * For a program between a VMM and its live update: a VMM that hands its files
 * over by exec(), and wants them at the same numbers when it is started again.
 */

/* Kinds of files */
#define HF_FD_OTHER	0
#define HF_FD_MEMFD	1	/* whether it can be preserved: hf_memfd_check() */
#define HF_FD_IOMMUFD	2
#define HF_FD_VFIO	3	/* VFIO device file, bound or not */
#define HF_FD_EVENTFD	4
#define HF_FD_SESSION	5	/* of live update, outgoing or incoming */

/**
 * hf_fd_kind - Find out the kind of an open file.
 * @ctx: Context or NULL.
 * @fd: File, borrowed.
 * @ret_kind: HF_FD_...
 * @err: Filled in on failure, or NULL.
 *
 * Files of a VFIO group or container are HF_FD_OTHER: they cannot be preserved.
 *
 * Context: Any. Needs /proc for what is none of the others. Changes nothing.
 * Return: 0, -EBADF if @fd is not open, -ENOENT if /proc is not mounted.
 */
HF_API int hf_fd_kind(const struct hf_ctx *ctx, int fd, uint32_t *ret_kind,
		      struct hf_error *err);

/**
 * struct hf_fd_place - A file and the number it is to have.
 * @fd: File, borrowed.
 * @number: Its number, 0 or more; not that of another place.
 */
struct hf_fd_place {
	int32_t fd;
	int32_t number;
};

/**
 * hf_fds_place - Put files at their numbers, without close-on-exec.
 * @ctx: Context or NULL.
 * @places: Files and numbers. They may overlap in any way, and a file may be
 *          there several times.
 * @n: Length of @places.
 * @err: Filled in on failure, or NULL.
 *
 * What had one of the numbers is closed, as by dup2(); move a file of the program
 * itself out of the way beforehand, or name it as a place of its own. A @fd that
 * is no number of a place stays open as it is.
 *
 * Context: No other thread opens or closes files meanwhile. As many files are
 *          open in addition for the time of the call.
 * Return: 0, -EBADF if a file is not open, -ENOTUNIQ if a number is there twice,
 *         -EMFILE or -EINVAL if the limit of open files is too low. On failure all
 *         is as before, unless the error is "fds-put", which the kernel has no
 *         reason for.
 */
HF_API int hf_fds_place(const struct hf_ctx *ctx,
			const struct hf_fd_place *places, uint32_t n,
			struct hf_error *err);

/**
 * hf_fds_exec - Put files at their numbers and become another program.
 * @ctx: Context or NULL.
 * @places: As in hf_fds_place().
 * @n: Length of @places.
 * @path: The program. It is not searched for in $PATH.
 * @argv: Its arguments, NULL behind.
 * @envp: Its environment, NULL behind.
 * @err: Filled in on failure, or NULL.
 *
 * The program has the files at their numbers, and all others of the caller that
 * are not O_CLOEXEC. Who wants to try again after a program that failed calls this
 * in a child, and keeps the files.
 *
 * Context: As hf_fds_place().
 * Return: Only on failure: an error of hf_fds_place(), with all as before; or one
 *         of execve(), with the files at their numbers.
 */
HF_API int hf_fds_exec(const struct hf_ctx *ctx,
		       const struct hf_fd_place *places, uint32_t n,
		       const char *path, char *const argv[],
		       char *const envp[], struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
