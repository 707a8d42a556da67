// SPDX-License-Identifier: MIT
/* The context: where the system is, and how it is called */
#include <linux/reboot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define OPTIONS_MIN	sizeof(struct hf_ctx_options)
#define OPS_MIN		offsetof(struct hf_ops, dup2)

struct hf_ctx {
	char *root;
	void (*log)(void *data, int level, const char *line);
	void *log_data;
	struct hf_ops ops;
	void *ops_data;
};

int hf_ctx_new(const struct hf_ctx_options *options, struct hf_ctx **ret)
{
	struct hf_ctx_options o = { .size = sizeof(o) };
	struct hf_ctx *ctx;
	int err;

	if (!ret)
		return -EINVAL;
	err = options ? hf_struct_in(&o, sizeof(o), OPTIONS_MIN, options) : 0;
	if (err)
		return err;
	if (o.reserved)
		return -EINVAL;
	ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return -ENOMEM;
	err = o.ops ? hf_struct_in(&ctx->ops, sizeof(ctx->ops), OPS_MIN,
				   o.ops) : 0;
	if (err || ctx->ops.reserved) {
		free(ctx);
		return err ? err : -EINVAL;
	}
	ctx->root = strdup(o.root && strcmp(o.root, "/") ? o.root : "");
	if (!ctx->root) {
		free(ctx);
		return -ENOMEM;
	}
	ctx->log = o.log;
	ctx->log_data = o.log_data;
	ctx->ops_data = o.ops_data;
	*ret = ctx;
	return 0;
}

void hf_ctx_free(struct hf_ctx *ctx)
{
	if (!ctx)
		return;
	free(ctx->root);
	free(ctx);
}

const char *hf_root(const struct hf_ctx *ctx)
{
	return ctx ? ctx->root : "";
}

void hf_log(const struct hf_ctx *ctx, int level, const char *format, ...)
{
	char line[512];
	va_list args;

	if (!ctx || !ctx->log)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	ctx->log(ctx->log_data, level, line);
}

#define CALL(op, ...) ctx->ops.op(ctx->ops_data, ##__VA_ARGS__)
#define HAS(op) (ctx && ctx->ops.op)

static int result(long ret)
{
	return ret < 0 ? -errno : (int)ret;
}

int hf_sys_open(const struct hf_ctx *ctx, const char *path, int flags)
{
	flags |= O_CLOEXEC;
	if (HAS(open))
		return CALL(open, path, flags, 0);
	return result(open(path, flags));
}

int hf_sys_close(const struct hf_ctx *ctx, int fd)
{
	if (HAS(close))
		return CALL(close, fd);
	return result(close(fd));
}

int hf_sys_ioctl(const struct hf_ctx *ctx, int fd, unsigned long request,
		 void *arg)
{
	if (HAS(ioctl))
		return CALL(ioctl, fd, request, arg);
	return result(ioctl(fd, request, arg));
}

int hf_sys_fcntl(const struct hf_ctx *ctx, int fd, int cmd, long arg)
{
	if (HAS(fcntl))
		return CALL(fcntl, fd, cmd, arg);
	return result(fcntl(fd, cmd, arg));
}

int hf_sys_dup2(const struct hf_ctx *ctx, int fd, int number)
{
	if (HAS(dup2))
		return CALL(dup2, fd, number);
	return result(dup2(fd, number));
}

int hf_sys_execve(const struct hf_ctx *ctx, const char *path,
		  char *const argv[], char *const envp[])
{
	if (HAS(execve))
		return CALL(execve, path, argv, envp);
	return result(execve(path, argv, envp));
}

int hf_sys_memfd_create(const struct hf_ctx *ctx, const char *name,
			unsigned int flags)
{
	if (HAS(memfd_create))
		return CALL(memfd_create, name, flags);
	return result(memfd_create(name, flags));
}

int hf_sys_ftruncate(const struct hf_ctx *ctx, int fd, uint64_t size)
{
	if (HAS(ftruncate))
		return CALL(ftruncate, fd, size);
	return size > INT64_MAX ? -EFBIG : result(ftruncate(fd, size));
}

int hf_sys_fstat(const struct hf_ctx *ctx, int fd, struct stat *st)
{
	if (HAS(fstat))
		return CALL(fstat, fd, st);
	return result(fstat(fd, st));
}

int hf_sys_fstatfs(const struct hf_ctx *ctx, int fd, struct statfs *st)
{
	if (HAS(fstatfs))
		return CALL(fstatfs, fd, st);
	return result(fstatfs(fd, st));
}

int64_t hf_sys_pread(const struct hf_ctx *ctx, int fd, void *buf, size_t len,
		     uint64_t offset)
{
	ssize_t ret;

	if (HAS(pread))
		return CALL(pread, fd, buf, len, offset);
	ret = pread(fd, buf, len, offset);
	return ret < 0 ? -errno : ret;
}

int64_t hf_sys_pwrite(const struct hf_ctx *ctx, int fd, const void *buf,
		      size_t len, uint64_t offset)
{
	ssize_t ret;

	if (HAS(pwrite))
		return CALL(pwrite, fd, buf, len, offset);
	ret = pwrite(fd, buf, len, offset);
	return ret < 0 ? -errno : ret;
}

int64_t hf_sys_write(const struct hf_ctx *ctx, int fd, const void *buf,
		     size_t len)
{
	ssize_t ret;

	if (HAS(write))
		return CALL(write, fd, buf, len);
	ret = write(fd, buf, len);
	return ret < 0 ? -errno : ret;
}

int hf_sys_mmap(const struct hf_ctx *ctx, int fd, uint64_t offset, size_t len,
		int prot, void **ret)
{
	void *mem;

	if (HAS(mmap))
		return CALL(mmap, fd, offset, len, prot, ret);
	mem = mmap(NULL, len, prot, MAP_SHARED, fd, offset);
	if (mem == MAP_FAILED)
		return -errno;
	*ret = mem;
	return 0;
}

int hf_sys_munmap(const struct hf_ctx *ctx, void *addr, size_t len)
{
	if (HAS(munmap))
		return CALL(munmap, addr, len);
	return result(munmap(addr, len));
}

int hf_sys_kexec_file_load(const struct hf_ctx *ctx, int kernel, int initrd,
			   size_t len, const char *cmdline,
			   unsigned long flags)
{
	if (HAS(kexec_file_load))
		return CALL(kexec_file_load, kernel, initrd, len, cmdline,
			    flags);
	return result(syscall(SYS_kexec_file_load, kernel, initrd, len,
			      cmdline, flags));
}

int hf_sys_reboot(const struct hf_ctx *ctx)
{
	if (HAS(reboot))
		return CALL(reboot);
	return result(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1,
			      LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC,
			      NULL));
}

int hf_sys_notify(const struct hf_ctx *ctx, const struct msghdr *msg)
{
	int fd, ret;

	if (HAS(notify))
		return CALL(notify, msg);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	ret = result(sendmsg(fd, msg, MSG_NOSIGNAL));
	close(fd);
	return ret;
}

int hf_sys_sleep_ms(const struct hf_ctx *ctx, uint32_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	if (HAS(sleep_ms))
		return CALL(sleep_ms, ms);
	/* A program with many signals waits as long as any other */
	while (nanosleep(&t, &t))
		if (errno != EINTR)
			return -errno;
	return 0;
}
