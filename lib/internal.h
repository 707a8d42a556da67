/* SPDX-License-Identifier: MIT */
/* What the files of the library share; nothing of it is exported. */
#ifndef HF_INTERNAL_H
#define HF_INTERNAL_H

#include <errno.h>
#include <fcntl.h>
#include <holdfast.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define HF_PRINTF(a, b)	__attribute__((format(printf, a, b)))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* ---- error.c ---- */

/*
 * Fill in @err, if there is one, and return @code. The reason is formatted;
 * OBJ() formats an object in place.
 */
int hf_fail(struct hf_error *err, int code, const char *id, const char *what,
	    const char *object, const char *remedy, const char *why, ...)
	HF_PRINTF(7, 8);

/* The reason is that of a system call */
int hf_fail_sys(struct hf_error *err, int code, const char *id,
		const char *what, const char *object, const char *remedy);

/* What errno @code, above 0, means */
const char *hf_errno_text(int code);

/* -EINVAL for an argument of a function */
int hf_fail_arg(struct hf_error *err, const char *function, const char *why);

/* -ENOMEM */
int hf_fail_mem(struct hf_error *err, const char *what);

/* Put the name of a larger object before the one in @err */
void hf_error_prefix(struct hf_error *err, const char *format, ...)
	HF_PRINTF(2, 3);

const char *hf_text(char *buf, size_t len, const char *format, ...)
	HF_PRINTF(3, 4);
#define OBJ(...) \
	hf_text((char[HF_ERROR_OBJECT_LEN]){ 0 }, HF_ERROR_OBJECT_LEN, \
		__VA_ARGS__)

/* ---- structs.c ---- */

/* Read an input: 0, -EINVAL or -E2BIG */
int hf_struct_in(void *ours, size_t known, size_t min, const void *theirs);

/* The same, with an error for @function */
int hf_struct_arg(struct hf_error *err, const char *function, void *ours,
		  size_t known, const void *theirs);

/* May an output be written? 0 or -EINVAL */
int hf_struct_out_check(const void *theirs, size_t min);

/* Write it; @ours begins with its size, too */
void hf_struct_out(void *theirs, const void *ours, size_t known);

/* Cut what does not fit */
void hf_copy(char *to, size_t len, const char *from);

/* ---- context.c: the system calls, >= 0 or -errno ---- */

const char *hf_root(const struct hf_ctx *ctx);
void hf_log(const struct hf_ctx *ctx, int level, const char *format, ...)
	HF_PRINTF(3, 4);

int hf_sys_open(const struct hf_ctx *ctx, const char *path, int flags);
int hf_sys_close(const struct hf_ctx *ctx, int fd);
int hf_sys_ioctl(const struct hf_ctx *ctx, int fd, unsigned long request,
		 void *arg);
int hf_sys_fcntl(const struct hf_ctx *ctx, int fd, int cmd, long arg);
int hf_sys_dup2(const struct hf_ctx *ctx, int fd, int number);
int hf_sys_execve(const struct hf_ctx *ctx, const char *path,
		  char *const argv[], char *const envp[]);
int hf_sys_memfd_create(const struct hf_ctx *ctx, const char *name,
			unsigned int flags);
int hf_sys_ftruncate(const struct hf_ctx *ctx, int fd, uint64_t size);
int hf_sys_fstat(const struct hf_ctx *ctx, int fd, struct stat *st);
int hf_sys_fstatfs(const struct hf_ctx *ctx, int fd, struct statfs *st);
int64_t hf_sys_pread(const struct hf_ctx *ctx, int fd, void *buf, size_t len,
		     uint64_t offset);
int64_t hf_sys_pwrite(const struct hf_ctx *ctx, int fd, const void *buf,
		      size_t len, uint64_t offset);
int64_t hf_sys_write(const struct hf_ctx *ctx, int fd, const void *buf,
		     size_t len);
int hf_sys_mmap(const struct hf_ctx *ctx, int fd, uint64_t offset, size_t len,
		int prot, void **ret);
int hf_sys_munmap(const struct hf_ctx *ctx, void *addr, size_t len);
int hf_sys_kexec_file_load(const struct hf_ctx *ctx, int kernel, int initrd,
			   size_t len, const char *cmdline,
			   unsigned long flags);
int hf_sys_reboot(const struct hf_ctx *ctx);
int hf_sys_notify(const struct hf_ctx *ctx, const struct msghdr *msg);
int hf_sys_sleep_ms(const struct hf_ctx *ctx, uint32_t ms);

/* ---- paths.c: files below the root of the context ---- */

#define HF_PATH_LEN	1024

/* -ENAMETOOLONG if it does not fit */
int hf_path(const struct hf_ctx *ctx, char *buf, const char *format, ...)
	HF_PRINTF(3, 4);

/* Open @format below the root with O_CLOEXEC */
int hf_open(const struct hf_ctx *ctx, int flags, const char *format, ...)
	HF_PRINTF(3, 4);

/* A whole file with a NUL behind, to be freed. -EFBIG above @max */
int hf_read_file(const struct hf_ctx *ctx, const char *path, size_t max,
		 char **ret, size_t *ret_len);

/* One line of a file of sysfs, without its line feed */
int hf_read_line(const struct hf_ctx *ctx, char *buf, size_t len,
		 const char *format, ...) HF_PRINTF(4, 5);

/* Where a link points to: whole, or the last component */
int hf_read_link(const struct hf_ctx *ctx, char *buf, size_t len,
		 const char *format, ...) HF_PRINTF(4, 5);
int hf_read_link_name(const struct hf_ctx *ctx, char *buf, size_t len,
		      const char *format, ...) HF_PRINTF(4, 5);

int hf_write_file(const struct hf_ctx *ctx, const char *path,
		  const char *text);
int hf_exists(const struct hf_ctx *ctx, const char *format, ...)
	HF_PRINTF(2, 3);

/* ---- device.c ---- */

/* Which device is a VFIO device file of a process ("self", "812")? -ENODEV */
int hf_device_of_fdinfo(const struct hf_ctx *ctx, const char *process, int fd,
			uint32_t *ret_domain, uint32_t *ret_rid);

/* ---- holder.c ---- */

/* The first one of hf_holders_find(): also -ERANGE, if nobody is seen */
int hf_holder_first(const struct hf_ctx *ctx, uint32_t what, const char *name,
		    struct hf_holder *ret, struct hf_error *err);

/* ---- memory.c ---- */

/* Whether it is a memfd of any kind */
int hf_memfd_is(const struct hf_ctx *ctx, int fd);

/* hf_memfd_check() and hf_memfd_check_sealed() in one */
int hf_memfd_look(const struct hf_ctx *ctx, int fd, uint64_t *ret_length,
		  int *ret_sealed, struct hf_error *err);

/* ---- vfio.c ---- */

struct vfio_device_info;

/* ioctl() of a VFIO device file; -EBADF also for a negative fd */
int hf_vfio_call(const struct hf_ctx *ctx, int fd, unsigned long request,
		 void *arg);

/* The error of one that has no better meaning */
int hf_vfio_failed(int code, int fd, const char *what, struct hf_error *err);

/* The kernel answers this only to those who bound the device: -EUNATCH */
int hf_vfio_info(const struct hf_ctx *ctx, int device, const char *what,
		 struct vfio_device_info *ret, struct hf_error *err);

/* ---- session.c ---- */

/* The name and direction of a session; -ENOTTY, -EBADF */
int hf_session_query(const struct hf_ctx *ctx, int fd, struct hf_session *ret);

/* ---- plan.c and its relatives ---- */

struct hf_plan_entry {
	struct hf_entry e;
	uint32_t parent_id;	/* handle of the parent */
	uint32_t id;
};

struct hf_plan {
	const struct hf_ctx *ctx;
	struct hf_plan_entry *entries;	/* sorted */
	uint32_t count;
	uint32_t room;
	uint32_t *place_of;	/* of each id */
	uint8_t *blob;
	size_t blob_len;
	int preserved;
};

/* ---- manifest.c ---- */

struct hf_manifest {
	struct hf_entry *entries;
	uint32_t count;
	uint8_t *blob;
	size_t blob_len;
};

/* CRC-32 as in zip */
uint32_t hf_crc32(uint32_t crc, const void *data, size_t len);

#endif
