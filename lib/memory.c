// SPDX-License-Identifier: MIT
/* Memory that can be preserved */
#include <linux/magic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE	0x0010
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC		0x0020
#endif

#define NEEDED	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW)
#define KEPT	(NEEDED | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)

/* Return: the seals, or why it is no memfd of the right kind */
static int seals_of(const struct hf_ctx *ctx, int fd, const char *what,
		    struct hf_error *err)
{
	struct statfs fs;
	int seals = fd < 0 ? -EBADF : hf_sys_fcntl(ctx, fd, F_GET_SEALS, 0);
	int code;

	if (seals == -EBADF)
		return hf_fail(err, seals, "memfd-bad-fd", what,
			       OBJ("fd %d", fd), "pass an open memfd",
			       "it is not open");
	if (seals < 0)
		return hf_fail(err, -EMEDIUMTYPE, "memfd-not", what,
			       OBJ("fd %d", fd),
			       "use a memfd as memory of the VM",
			       "it is not a memfd");
	code = hf_sys_fstatfs(ctx, fd, &fs);
	if (code < 0)
		return hf_fail_sys(err, code, "memfd-stat", what,
				   OBJ("fd %d", fd), NULL);
	if (fs.f_type == HUGETLBFS_MAGIC)
		return hf_fail(err, -EMEDIUMTYPE, "memfd-hugetlb", what,
			       OBJ("memfd %d", fd),
			       "make it without MFD_HUGETLB",
			       "it is memory of hugetlbfs, which this kernel does not preserve");
	return seals;
}

int hf_memfd_seal(const struct hf_ctx *ctx, int fd, struct hf_error *err)
{
	static const char what[] = "seal memory";
	int seals = seals_of(ctx, fd, what, err), code;

	if (seals < 0)
		return seals;
	if ((seals & NEEDED) == NEEDED)
		return 0;
	code = hf_sys_fcntl(ctx, fd, F_ADD_SEALS, NEEDED & ~seals);
	if (code == -EPERM)
		return hf_fail(err, code, "memfd-sealed", what,
			       OBJ("memfd %d", fd),
			       "make it with MFD_ALLOW_SEALING",
			       "no seals can be added to it");
	if (code < 0)
		return hf_fail_sys(err, code, "memfd-seal", what,
				   OBJ("memfd %d", fd), NULL);
	return 0;
}

int hf_memfd_create(const struct hf_ctx *ctx, const char *name,
		    uint64_t length, int *ret_fd, struct hf_error *err)
{
	static const char what[] = "make memory";
	int fd, code;

	if (!name || !length || !ret_fd)
		return hf_fail_arg(err, __func__,
				   "name or ret_fd is NULL, or length is 0");
	fd = hf_sys_memfd_create(ctx, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return hf_fail_sys(err, fd, "memfd-create", what,
				   OBJ("memfd %s", name), NULL);
	code = hf_sys_ftruncate(ctx, fd, length);
	if (code < 0)
		hf_fail_sys(err, code, "memfd-size", what,
			    OBJ("memfd %s of %llu bytes", name,
				(unsigned long long)length),
			    "ask for less, or raise the limit");
	else
		code = hf_memfd_seal(ctx, fd, err);
	if (code < 0) {
		hf_sys_close(ctx, fd);
		return code;
	}
	*ret_fd = fd;
	return 0;
}

int hf_memfd_is(const struct hf_ctx *ctx, int fd)
{
	struct stat st;

	/* Files of a tmpfs have seals, too, and a name */
	return hf_sys_fcntl(ctx, fd, F_GET_SEALS, 0) >= 0 &&
	       !hf_sys_fstat(ctx, fd, &st) && !st.st_nlink;
}

int hf_memfd_check_sealed(const struct hf_ctx *ctx, int fd,
			  struct hf_error *err)
{
	static const char what[] = "check seals";
	int seals = seals_of(ctx, fd, what, err);

	if (seals < 0)
		return seals;
	if ((seals & NEEDED) != NEEDED)
		return hf_fail(err, -EPERM, "memfd-unsealed", what,
			       OBJ("memfd %d", fd),
			       "add F_SEAL_SEAL, F_SEAL_SHRINK and F_SEAL_GROW",
			       "seals are missing: it has %#x of %#x", seals,
			       NEEDED);
	return 0;
}

int hf_memfd_look(const struct hf_ctx *ctx, int fd, uint64_t *ret_length,
		  int *ret_sealed, struct hf_error *err)
{
	static const char what[] = "check memory";
	uint64_t page = sysconf(_SC_PAGESIZE);
	int seals = seals_of(ctx, fd, what, err), code;
	const char *object = OBJ("memfd %d", fd);
	struct stat st;

	if (seals < 0)
		return seals;
	if (seals & ~KEPT)
		return hf_fail(err, -EOPNOTSUPP, "memfd-seals-unknown", what,
			       object, "make it without them",
			       "it has seals the kernel does not preserve: %#x",
			       seals & ~KEPT);
	code = hf_sys_fstat(ctx, fd, &st);
	if (code < 0)
		return hf_fail_sys(err, code, "memfd-stat", what, object,
				   NULL);
	if (st.st_nlink)
		return hf_fail(err, -EMEDIUMTYPE, "memfd-named", what, object,
			       "use a memfd as memory of the VM",
			       "it is a file of a tmpfs");
	if (st.st_size <= 0)
		return hf_fail(err, -ENODATA, "memfd-empty", what, object,
			       "leave it out, or set its size before the seals",
			       "it is empty");
	if ((uint64_t)st.st_size > page * UINT32_MAX)
		return hf_fail(err, -EFBIG, "memfd-big", what, object,
			       "split it",
			       "it has more than %u pages", UINT32_MAX);
	*ret_length = st.st_size;
	*ret_sealed = (seals & NEEDED) == NEEDED;
	return 0;
}

int hf_memfd_check(const struct hf_ctx *ctx, int fd, uint64_t *ret_length,
		   struct hf_error *err)
{
	uint64_t length;
	int sealed, code = hf_memfd_look(ctx, fd, &length, &sealed, err);

	if (!code && ret_length)
		*ret_length = length;
	return code;
}

int hf_memfd_map(const struct hf_ctx *ctx, int fd, uint64_t offset,
		 size_t length, uint32_t flags, void **ret,
		 struct hf_error *err)
{
	static const char what[] = "map memory";
	uint64_t page = sysconf(_SC_PAGESIZE);
	struct stat st;
	int code;

	if (!ret || !length || offset % page || flags & ~HF_MAP_READ_ONLY)
		return hf_fail_arg(err, __func__,
				   "ret is NULL, length is 0, offset is not in pages, or unknown flags");
	code = fd < 0 ? -EBADF : hf_sys_fstat(ctx, fd, &st);
	if (code == -EBADF)
		return hf_fail(err, code, "memfd-bad-fd", what,
			       OBJ("fd %d", fd), "pass an open memfd",
			       "it is not open");
	if (code < 0)
		return hf_fail_sys(err, code, "memfd-stat", what,
				   OBJ("memfd %d", fd), NULL);
	/* Beyond its end it would be a SIGBUS later */
	if (offset > (uint64_t)st.st_size ||
	    length > (uint64_t)st.st_size - offset)
		return hf_fail(err, -ERANGE, "memfd-short", what,
			       OBJ("memfd %d", fd), "map what is there",
			       "it has only %lld bytes",
			       (long long)st.st_size);
	code = hf_sys_mmap(ctx, fd, offset, length,
			   flags & HF_MAP_READ_ONLY ? PROT_READ :
						      PROT_READ | PROT_WRITE,
			   ret);
	if (code < 0)
		return hf_fail_sys(err, code, "memfd-map", what,
				   OBJ("memfd %d", fd), NULL);
	return 0;
}

int hf_memfd_unmap(const struct hf_ctx *ctx, void *addr, size_t length)
{
	return addr && length ? hf_sys_munmap(ctx, addr, length) : -EINVAL;
}
