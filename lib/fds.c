// SPDX-License-Identifier: MIT
/* File descriptors: of what kind they are, and putting them at their numbers */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "uapi.h"

static int is_iommufd(const struct hf_ctx *ctx, int fd)
{
	struct hf_iommu_iova_ranges arg = { .size = sizeof(arg) };

	/* No object has the id 0; other files do not know the call */
	return hf_sys_ioctl(ctx, fd, HF_IOMMU_IOVA_RANGES, &arg) == -ENOENT;
}

static int is_vfio(const struct hf_ctx *ctx, int fd)
{
	struct vfio_device_info arg = { .argsz = sizeof(arg) };
	uint32_t domain, rid;

	/* An unbound file answers EINVAL, as files of other drivers do */
	return hf_sys_ioctl(ctx, fd, VFIO_DEVICE_GET_INFO, &arg) >= 0 ||
	       !hf_device_of_fd(ctx, fd, &domain, &rid, NULL);
}

int hf_fd_kind(const struct hf_ctx *ctx, int fd, uint32_t *ret_kind,
	       struct hf_error *err)
{
	static const char what[] = "find kind of file";
	struct hf_session session = { .size = sizeof(session) };
	char target[HF_PATH_LEN];
	uint32_t kind = HF_FD_OTHER;
	int code;

	if (!ret_kind)
		return hf_fail_arg(err, __func__, "ret_kind is NULL");
	code = fd < 0 ? -EBADF : hf_sys_fcntl(ctx, fd, F_GETFD, 0);
	if (code < 0)
		return hf_fail(err, -EBADF, "fd-bad", what, OBJ("fd %d", fd),
			       "pass an open file", "it is not open");
	if (hf_memfd_is(ctx, fd))
		kind = HF_FD_MEMFD;
	else if (!hf_session_query(ctx, fd, &session))
		kind = HF_FD_SESSION;
	else if (is_iommufd(ctx, fd))
		kind = HF_FD_IOMMUFD;
	else if (is_vfio(ctx, fd))
		kind = HF_FD_VFIO;
	if (kind == HF_FD_OTHER) {
		/* No call is an eventfd's own */
		code = hf_read_link(ctx, target, sizeof(target),
				    "/proc/self/fd/%d", fd);
		if (code < 0)
			return hf_fail_sys(err, code, "fd-link", what,
					   OBJ("/proc/self/fd/%d", fd),
					   "mount /proc");
		if (!strcmp(target, "anon_inode:[eventfd]"))
			kind = HF_FD_EVENTFD;
	}
	*ret_kind = kind;
	return 0;
}

/* ---- places ---- */

static const char what[] = "place files";

static int is_place(const struct hf_fd_place *places, uint32_t n, int number)
{
	for (uint32_t i = 0; i < n; i++)
		if (places[i].number == number)
			return 1;
	return 0;
}

static int check_places(const struct hf_ctx *ctx,
			const struct hf_fd_place *places, uint32_t n,
			struct hf_error *err)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct hf_fd_place *p = &places[i];

		if (p->number < 0)
			return hf_fail_arg(err, "hf_fds_place",
					   "a number is negative");
		if (p->fd < 0 || hf_sys_fcntl(ctx, p->fd, F_GETFD, 0) < 0)
			return hf_fail(err, -EBADF, "fd-bad", what,
				       OBJ("fd %d, for number %d", p->fd,
					   p->number),
				       "pass open files", "it is not open");
		if (is_place(places, i, p->number))
			return hf_fail(err, -ENOTUNIQ, "fds-twice", what,
				       OBJ("number %d", p->number),
				       "give it to one file",
				       "two files are to have it");
	}
	return 0;
}

/* A copy of @fd that is in the way of nobody, or -errno */
static int copy_aside(const struct hf_ctx *ctx, int fd,
		      const struct hf_fd_place *places, uint32_t n)
{
	int copy = hf_sys_fcntl(ctx, fd, F_DUPFD_CLOEXEC, 0);

	while (copy >= 0 && is_place(places, n, copy)) {
		int next = hf_sys_fcntl(ctx, fd, F_DUPFD_CLOEXEC, copy + 1);

		hf_sys_close(ctx, copy);
		copy = next;
	}
	return copy;
}

/*
 * Take @number if nobody has it: dup2() to a number that is taken needs no memory
 * and cannot fail. Return: 1 if it was free, 0, or -errno
 */
static int reserve(const struct hf_ctx *ctx, int fd, int number)
{
	int got = hf_sys_fcntl(ctx, number, F_GETFD, 0);

	if (got != -EBADF)
		return got < 0 ? got : 0;
	got = hf_sys_fcntl(ctx, fd, F_DUPFD_CLOEXEC, number);
	if (got < 0 || got == number)
		return got < 0 ? got : 1;
	/* Somebody was faster: the number is taken, which will do as well */
	hf_sys_close(ctx, got);
	return 0;
}

/* @copies and @reserved: one for each place, -1 and 0 to begin with */
static int get_ready(const struct hf_ctx *ctx,
		     const struct hf_fd_place *places, uint32_t n, int *copies,
		     uint8_t *reserved, struct hf_error *err)
{
	for (uint32_t i = 0; i < n; i++) {
		int code = copy_aside(ctx, places[i].fd, places, n);

		if (code >= 0) {
			copies[i] = code;
			code = reserve(ctx, places[i].fd, places[i].number);
		}
		if (code < 0)
			return hf_fail_sys(err, code, "fds-room", what,
					   OBJ("fd %d, for number %d",
					       places[i].fd, places[i].number),
					   "raise the limit of open files");
		reserved[i] = code;
	}
	return 0;
}

static int put(const struct hf_ctx *ctx, int copy, int number,
	       struct hf_error *err)
{
	int code;

	do {
		code = hf_sys_dup2(ctx, copy, number);
	} while (code == -EBUSY || code == -EINTR);
	return code >= 0 ? 0 :
	       hf_fail_sys(err, code, "fds-put", what,
			   OBJ("number %d", number),
			   "end: some files are not where they were");
}

int hf_fds_place(const struct hf_ctx *ctx, const struct hf_fd_place *places,
		 uint32_t n, struct hf_error *err)
{
	uint8_t *reserved;
	int *copies, code;

	if (n && !places)
		return hf_fail_arg(err, __func__, "places is NULL");
	code = check_places(ctx, places, n, err);
	if (code || !n)
		return code;
	copies = malloc(n * sizeof(*copies));
	reserved = calloc(n, 1);
	if (!copies || !reserved) {
		free(copies);
		free(reserved);
		return hf_fail_mem(err, what);
	}
	for (uint32_t i = 0; i < n; i++)
		copies[i] = -1;
	code = get_ready(ctx, places, n, copies, reserved, err);
	for (uint32_t i = 0; code && i < n; i++)
		if (reserved[i])
			hf_sys_close(ctx, places[i].number);
	for (uint32_t i = 0; !code && i < n; i++)
		code = put(ctx, copies[i], places[i].number, err);
	for (uint32_t i = 0; i < n; i++)
		if (copies[i] >= 0)
			hf_sys_close(ctx, copies[i]);
	free(copies);
	free(reserved);
	return code;
}

int hf_fds_exec(const struct hf_ctx *ctx, const struct hf_fd_place *places,
		uint32_t n, const char *path, char *const argv[],
		char *const envp[], struct hf_error *err)
{
	int code;

	if (!path || !argv || !envp)
		return hf_fail_arg(err, __func__,
				   "path, argv or envp is NULL");
	code = hf_fds_place(ctx, places, n, err);
	if (code)
		return code;
	code = hf_sys_execve(ctx, path, argv, envp);
	return hf_fail_sys(err, code, "fds-exec", "execute", path,
			   "see that it is an executable file");
}
