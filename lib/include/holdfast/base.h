/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BASE_H
#define HOLDFAST_BASE_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HF_API __attribute__((visibility("default")))
#else
#define HF_API
#endif

/**
 * DOC: Rules of the library
 *
 * - Functions work on file descriptors. There is no global state, thread,
 *   signal handler or output. Two threads may call any function at once as long
 *   as they do not share an object (context, plan, ...) that one of them changes.
 *   A context is never changed once it is made.
 * - Functions that can fail return 0 or a negative errno. Outputs are untouched
 *   on failure, except for &struct hf_error, which is what it is for.
 * - Each fd is "borrowed" (stays the caller's), "taken" (belongs to the library,
 *   also when the call fails) or "returned" (belongs to the caller). All
 *   returned fds are O_CLOEXEC.
 * - @ctx may be NULL: the real system, no log. @err may be NULL.
 * - Structures begin with their size, which the caller sets before the call. The
 *   library fills or reads no more than that. A size smaller than that of the
 *   first release is -EINVAL; an input with something other than 0 behind what
 *   the library knows is -E2BIG; an output is filled with 0 there. What is
 *   called reserved has to be 0 in an input.
 * - Texts are UTF-8 as they come, NUL-terminated, and cut when they do not fit.
 *
 * Every function that takes @err can fail with -EINVAL (an argument is NULL or
 * out of range), -E2BIG (see above) and -ENOMEM; these are not repeated. The
 * error of a system call without a meaning of its own is passed on as it is.
 */

/* ---- versions ---- */

#define HF_VERSION_MAJOR	0
#define HF_VERSION_MINOR	1
#define HF_VERSION_PATCH	0

/**
 * hf_version - Version of the library that runs.
 *
 * Context: Any.
 * Return: "major.minor.patch", never freed.
 */
HF_API const char *hf_version(void);

/* ---- errors ---- */

#define HF_ERROR_ID_LEN		40
#define HF_ERROR_WHAT_LEN	96
#define HF_ERROR_OBJECT_LEN	160
#define HF_ERROR_TEXT_LEN	320

/**
 * struct hf_error - Why a function refused, for people and programs.
 * @size: sizeof(struct hf_error), set by the caller.
 * @code: What the function returned: negative errno.
 * @id: Stable word for this refusal, such as "session-name-taken". Programs and
 *      documentation refer to it. Words are added, never changed.
 * @what: What failed.
 * @object: On which object: path, session, device, file descriptor.
 * @why: The reason.
 * @remedy: What to do about it.
 *
 * It is written on failure only.
 */
struct hf_error {
	uint32_t size;
	int32_t code;
	char id[HF_ERROR_ID_LEN];
	char what[HF_ERROR_WHAT_LEN];
	char object[HF_ERROR_OBJECT_LEN];
	char why[HF_ERROR_TEXT_LEN];
	char remedy[HF_ERROR_TEXT_LEN];
};

/**
 * hf_error_format - Put an error into one line.
 * @err: The error.
 * @buf: Where to put "what: object: why: remedy".
 * @len: Size of @buf.
 *
 * Context: Any.
 * Return: Length of the whole line, as snprintf() counts, or -EINVAL.
 */
HF_API int hf_error_format(const struct hf_error *err, char *buf, size_t len);

/* ---- context ---- */

/*
 * struct hf_ctx: Where the system is and who hears about it; opaque.
 *
 * It is never changed after hf_ctx_new() and may be shared by threads. Objects
 * made with a context keep it: free it last.
 */
struct hf_ctx;

struct iovec;
struct msghdr;
struct stat;
struct statfs;

/**
 * struct hf_ops - The system calls of the library, to be replaced in tests.
 * @size: sizeof(struct hf_ops).
 * @reserved: 0.
 * @open: open(); relative to nothing, the root of the context is in @path.
 * @close: close().
 * @ioctl: ioctl() with a pointer or NULL.
 * @fcntl: fcntl() with an integer argument.
 * @memfd_create: memfd_create().
 * @ftruncate: ftruncate().
 * @fstat: fstat().
 * @fstatfs: fstatfs().
 * @pread: pread().
 * @pwrite: pwrite().
 * @write: write().
 * @mmap: mmap() without a wanted address; the address goes to @ret.
 * @munmap: munmap().
 * @kexec_file_load: kexec_file_load(); @len counts the final NUL.
 * @reboot: reboot() with LINUX_REBOOT_CMD_KEXEC.
 * @notify: sendmsg() of @msg to a UNIX datagram socket made for it.
 * @sleep_ms: Sleep.
 * @dup2: dup2().
 * @execve: execve(); the root of the context is not in @path.
 *
 * All return the result of the call or a negative errno. A member that is NULL
 * stands for the real call. @data is what hf_ctx_options.ops_data says.
 */
struct hf_ops {
	uint32_t size;
	uint32_t reserved;
	int (*open)(void *data, const char *path, int flags, uint32_t mode);
	int (*close)(void *data, int fd);
	int (*ioctl)(void *data, int fd, unsigned long request, void *arg);
	int (*fcntl)(void *data, int fd, int cmd, long arg);
	int (*memfd_create)(void *data, const char *name, unsigned int flags);
	int (*ftruncate)(void *data, int fd, uint64_t size);
	int (*fstat)(void *data, int fd, struct stat *st);
	int (*fstatfs)(void *data, int fd, struct statfs *st);
	int64_t (*pread)(void *data, int fd, void *buf, size_t len,
			 uint64_t offset);
	int64_t (*pwrite)(void *data, int fd, const void *buf, size_t len,
			  uint64_t offset);
	int64_t (*write)(void *data, int fd, const void *buf, size_t len);
	int (*mmap)(void *data, int fd, uint64_t offset, size_t len, int prot,
		    void **ret);
	int (*munmap)(void *data, void *addr, size_t len);
	int (*kexec_file_load)(void *data, int kernel, int initrd, size_t len,
			       const char *cmdline, unsigned long flags);
	int (*reboot)(void *data);
	int (*notify)(void *data, const struct msghdr *msg);
	int (*sleep_ms)(void *data, uint32_t ms);
	int (*dup2)(void *data, int fd, int number);
	int (*execve)(void *data, const char *path, char *const argv[],
		      char *const envp[]);
};

/* Levels of the log */
#define HF_LOG_INFO	0	/* what is done, a line for each step */
#define HF_LOG_DEBUG	1	/* system calls that were tried again, ... */

/**
 * struct hf_ctx_options - How to make a context.
 * @size: sizeof(struct hf_ctx_options).
 * @reserved: 0.
 * @root: Directory under which sys, proc and dev are, NULL for "/". Copied.
 * @log: Called with a line without a line feed, or NULL.
 * @log_data: Passed to @log.
 * @ops: System calls, or NULL for the real ones. Copied.
 * @ops_data: Passed to all of @ops.
 */
struct hf_ctx_options {
	uint32_t size;
	uint32_t reserved;
	const char *root;
	void (*log)(void *data, int level, const char *line);
	void *log_data;
	const struct hf_ops *ops;
	void *ops_data;
};

/**
 * hf_ctx_new - Make a context.
 * @options: How, or NULL for the defaults.
 * @ret: The context, for hf_ctx_free().
 *
 * Context: Any.
 * Return: 0, -EINVAL, -E2BIG or -ENOMEM.
 */
HF_API int hf_ctx_new(const struct hf_ctx_options *options,
		      struct hf_ctx **ret);

/**
 * hf_ctx_free - Free a context.
 * @ctx: The context, or NULL.
 *
 * Context: No object made with it is left.
 */
HF_API void hf_ctx_free(struct hf_ctx *ctx);

/* ---- PCI addresses ---- */

/* "domain:bus:device.function" and a NUL, domains have up to 8 digits */
#define HF_BDF_LEN	20

/**
 * hf_bdf_parse - Read a PCI address, with or without its domain.
 * @text: "01:00.0" or "0000:01:00.0".
 * @ret_domain: Domain, 0 if not given.
 * @ret_rid: Bus << 8 | device << 3 | function.
 *
 * Context: Any.
 * Return: 0, or -EINVAL if @text is not an address.
 */
HF_API int hf_bdf_parse(const char *text, uint32_t *ret_domain,
			uint32_t *ret_rid);

/**
 * hf_bdf_format - Write a PCI address as sysfs does.
 * @domain: Domain.
 * @rid: Bus << 8 | device << 3 | function.
 * @buf: Where to put it.
 * @len: Size of @buf, HF_BDF_LEN is enough.
 *
 * Context: Any.
 * Return: 0, -EINVAL if @rid has more than 16 bits, -ENOSPC if @buf is too
 *         small.
 */
HF_API int hf_bdf_format(uint32_t domain, uint32_t rid, char *buf, size_t len);

#ifdef __cplusplus
}
#endif

#endif
