// SPDX-License-Identifier: MIT
/* iommufd: IO address spaces and page tables */
#include "internal.h"
#include "uapi.h"

int hf_iommufd_open(const struct hf_ctx *ctx, int *ret_fd,
		    struct hf_error *err)
{
	int fd;

	if (!ret_fd)
		return hf_fail_arg(err, __func__, "ret_fd is NULL");
	fd = hf_open(ctx, O_RDWR, "/dev/iommu");
	if (fd == -ENOENT || fd == -ENODEV || fd == -ENXIO)
		return hf_fail(err, -ENOENT, "iommufd-missing", "open",
			       "/dev/iommu",
			       "boot a kernel with CONFIG_IOMMUFD, or load the module iommufd",
			       "this kernel has no iommufd");
	if (fd == -EACCES || fd == -EPERM)
		return hf_fail(err, fd, "iommufd-permission", "open",
			       "/dev/iommu",
			       "run as root, or be given the fd",
			       "no permission");
	if (fd < 0)
		return hf_fail_sys(err, fd, "iommufd-open", "open",
				   "/dev/iommu",
				   "see the kernel log");
	*ret_fd = fd;
	return 0;
}

/* The errors that all calls share; @object is what the id belongs to */
static int failed(int code, int fd, const char *what, const char *object,
		  struct hf_error *err)
{
	switch (code) {
	case -EBADF:
		return hf_fail(err, code, "iommufd-bad-fd", what,
			       OBJ("fd %d", fd), "pass an open iommufd",
			       "it is not open");
	case -ENOTTY:
		return hf_fail(err, code, "iommufd-not", what,
			       OBJ("fd %d", fd),
			       "pass an iommufd; boot a kernel that has this call",
			       "it is not an iommufd, or this kernel lacks the call");
	case -ENOENT:
		return hf_fail(err, code, "iommufd-no-object", what, object,
			       "see the id", "the iommufd has no such object");
	case -EBUSY:
		return hf_fail(err, code, "iommufd-busy", what, object,
			       "close the session, or finish it",
			       "it is in use, or the iommufd is preserved or not finished");
	default:
		return hf_fail_sys(err, code, "iommufd", what, object,
				   code == -ENOMEM ? "raise RLIMIT_MEMLOCK" :
						     "see the kernel log");
	}
}

static int call(const struct hf_ctx *ctx, int fd, unsigned long request,
		void *arg)
{
	return fd < 0 ? -EBADF : hf_sys_ioctl(ctx, fd, request, arg);
}

int hf_iommufd_ioas_alloc(const struct hf_ctx *ctx, int iommufd,
			  uint32_t *ret_ioas, struct hf_error *err)
{
	struct hf_iommu_ioas_alloc arg = { .size = sizeof(arg) };
	int code;

	if (!ret_ioas)
		return hf_fail_arg(err, __func__, "ret_ioas is NULL");
	code = call(ctx, iommufd, HF_IOMMU_IOAS_ALLOC, &arg);
	if (code < 0)
		return failed(code, iommufd, "make IOAS",
			      OBJ("iommufd %d", iommufd), err);
	*ret_ioas = arg.out_ioas_id;
	return 0;
}

int hf_iommufd_ioas_check(const struct hf_ctx *ctx, int iommufd,
			  uint32_t ioas, struct hf_error *err)
{
	/* With room for no range it only says that there are some */
	struct hf_iommu_iova_ranges arg = {
		.size = sizeof(arg), .ioas_id = ioas,
	};
	int code = call(ctx, iommufd, HF_IOMMU_IOVA_RANGES, &arg);

	if (code >= 0 || code == -EMSGSIZE)
		return 0;
	return failed(code, iommufd, "check IOAS",
		      OBJ("iommufd %d, IOAS %u", iommufd, ioas), err);
}

int hf_iommufd_map(const struct hf_ctx *ctx, int iommufd, struct hf_map *map,
		   struct hf_error *err)
{
	static const char what[] = "map memory for a device";
	struct hf_iommu_map_file arg = { .size = sizeof(arg) };
	struct hf_map m;
	uint64_t length;
	int code;

	code = hf_struct_arg(err, __func__, &m, sizeof(m), map);
	if (code)
		return code;
	if (m.flags & ~7u || !(m.flags & 3u) || !m.length)
		return hf_fail_arg(err, __func__,
				   "length is 0, or flags are unknown or allow nothing");
	code = hf_memfd_check(ctx, m.memfd, &length, err);
	if (code)
		return code;
	if (m.offset > length || m.length > length - m.offset)
		return hf_fail(err, -ERANGE, "memfd-short", what,
			       OBJ("memfd %d", m.memfd), "map what is there",
			       "it has only %llu bytes",
			       (unsigned long long)length);
	if (!(m.flags & HF_MAP_IOVA_ANY))
		arg.flags |= HF_IOMMU_MAP_FIXED;
	if (m.flags & HF_MAP_IOVA_READ)
		arg.flags |= HF_IOMMU_MAP_READ;
	if (m.flags & HF_MAP_IOVA_WRITE)
		arg.flags |= HF_IOMMU_MAP_WRITE;
	arg.ioas_id = m.ioas;
	arg.fd = m.memfd;
	arg.start = m.offset;
	arg.length = m.length;
	arg.iova = m.iova;
	code = call(ctx, iommufd, HF_IOMMU_MAP_FILE, &arg);
	if (code == -EEXIST)
		return hf_fail(err, code, "iommufd-iova-taken", what,
			       OBJ("IOAS %u, address %#llx", m.ioas,
				   (unsigned long long)m.iova),
			       "unmap it first, or choose another address",
			       "something is mapped there");
	if (code < 0)
		return failed(code, iommufd, what, OBJ("IOAS %u", m.ioas),
			      err);
	map->iova = arg.iova;
	return 0;
}

int hf_iommufd_unmap(const struct hf_ctx *ctx, int iommufd, uint32_t ioas,
		     uint64_t iova, uint64_t length, struct hf_error *err)
{
	struct hf_iommu_unmap arg = {
		.size = sizeof(arg), .ioas_id = ioas, .iova = iova,
		.length = length,
	};
	int code = call(ctx, iommufd, HF_IOMMU_UNMAP, &arg);

	return code >= 0 ? 0 : failed(code, iommufd, "unmap memory",
				      OBJ("IOAS %u, address %#llx", ioas,
					  (unsigned long long)iova), err);
}

int hf_iommufd_hwpt_alloc(const struct hf_ctx *ctx, int iommufd,
			  uint32_t devid, uint32_t ioas, uint32_t *ret_hwpt,
			  struct hf_error *err)
{
	struct hf_iommu_hwpt_alloc arg = {
		.size = sizeof(arg), .dev_id = devid, .pt_id = ioas,
	};
	int code;

	if (!ret_hwpt)
		return hf_fail_arg(err, __func__, "ret_hwpt is NULL");
	code = call(ctx, iommufd, HF_IOMMU_HWPT_ALLOC, &arg);
	if (code < 0)
		return failed(code, iommufd, "make page table",
			      OBJ("IOAS %u, device %u", ioas, devid), err);
	*ret_hwpt = arg.out_hwpt_id;
	return 0;
}

int hf_iommufd_mark(const struct hf_ctx *ctx, int iommufd, uint32_t hwpt,
		    struct hf_error *err)
{
	static const char what[] = "mark page table";
	struct hf_iommu_mark arg = {
		.size = sizeof(arg), .hwpt_id = hwpt, .hwpt_token = hwpt,
	};
	int code = call(ctx, iommufd, HF_IOMMU_MARK, &arg);
	const char *object = OBJ("iommufd %d, HWPT %u", iommufd, hwpt);

	/* It has this token already, or another one has: any other will do */
	if (code == -EADDRINUSE) {
		arg.hwpt_token |= 1ULL << 63;
		code = call(ctx, iommufd, HF_IOMMU_MARK, &arg);
	}
	if (code >= 0)
		return 0;
	if (code == -EOPNOTSUPP)
		return hf_fail(err, code, "iommufd-mark-kind", what, object,
			       "make one with hf_iommufd_hwpt_alloc()",
			       "it is nested, reports faults, or has no IOMMU");
	if (code == -EADDRINUSE)
		return hf_fail(err, code, "iommufd-mark-token", what, object,
			       "mark all with their id as token",
			       "another one of this iommufd has the token");
	return failed(code, iommufd, what, object, err);
}

int hf_iommufd_destroy(const struct hf_ctx *ctx, int iommufd, uint32_t id,
		       struct hf_error *err)
{
	struct hf_iommu_destroy arg = { .size = sizeof(arg), .id = id };
	int code = call(ctx, iommufd, HF_IOMMU_DESTROY, &arg);

	return code >= 0 ? 0 : failed(code, iommufd, "destroy",
				      OBJ("iommufd %d, object %u", iommufd,
					  id), err);
}
