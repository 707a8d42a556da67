// SPDX-License-Identifier: MIT
/* Regions of a VFIO device file: BARs and configuration space */
#include <string.h>

#include "internal.h"
#include "uapi.h"

int hf_vfio_region_get(const struct hf_ctx *ctx, int device, uint32_t index,
		       struct hf_vfio_region *ret, struct hf_error *err)
{
	static const char what[] = "find region";
	struct vfio_region_info arg = {
		.argsz = sizeof(arg), .index = index,
	};
	struct hf_vfio_region r = { .size = sizeof(r) };
	struct vfio_device_info dev = { 0 };
	int code;

	if (!ret || hf_struct_out_check(ret, sizeof(*ret)))
		return hf_fail_arg(err, __func__,
				   "ret is NULL or ret.size is too small");
	code = hf_vfio_info(ctx, device, what, &dev, err);
	if (code)
		return code;
	code = index < dev.num_regions ?
	       hf_vfio_call(ctx, device, VFIO_DEVICE_GET_REGION_INFO, &arg) :
	       -EINVAL;
	if (code == -EINVAL)
		return hf_fail(err, -ENXIO, "vfio-no-region", what,
			       OBJ("device file %d, region %u", device, index),
			       "pass an index of <linux/vfio.h>",
			       "the device has no such region");
	if (code < 0)
		return hf_vfio_failed(code, device, what, err);
	r.flags = arg.flags;
	r.length = arg.size;
	r.offset = arg.offset;
	hf_struct_out(ret, &r, sizeof(r));
	return 0;
}

/* The part of a region that a caller names, as an offset in the file */
static int find(const struct hf_ctx *ctx, int device, const char *what,
		uint32_t index, uint64_t offset, size_t len, uint64_t *ret,
		struct hf_error *err)
{
	struct hf_vfio_region r = { .size = sizeof(r) };
	int code = hf_vfio_region_get(ctx, device, index, &r, err);

	if (code)
		return code;
	if (offset > r.length || len > r.length - offset)
		return hf_fail(err, -ERANGE, "vfio-region-short", what,
			       OBJ("device file %d, region %u, offset %#llx",
				   device, index, (unsigned long long)offset),
			       "stay within the region",
			       "the region has %llu bytes",
			       (unsigned long long)r.length);
	*ret = r.offset + offset;
	return 0;
}

static int done(int64_t n, size_t len, int device, const char *what,
		uint32_t index, struct hf_error *err)
{
	if (n >= 0 && (size_t)n == len)
		return 0;
	return hf_fail(err, n < 0 ? n : -EIO, "vfio-region-access", what,
		       OBJ("device file %d, region %u", device, index),
		       "enable memory in the command register, and pass naturally aligned words",
		       "the kernel refused the access%s%s", n < 0 ? ": " : "",
		       n < 0 ? hf_errno_text(-n) : "");
}

int hf_vfio_read(const struct hf_ctx *ctx, int device, uint32_t index,
		 uint64_t offset, void *buf, size_t len, struct hf_error *err)
{
	static const char what[] = "read region";
	uint64_t at = 0;
	int code;

	if (!buf)
		return hf_fail_arg(err, __func__, "buf is NULL");
	code = find(ctx, device, what, index, offset, len, &at, err);
	return code ? code : done(hf_sys_pread(ctx, device, buf, len, at), len,
				  device, what, index, err);
}

int hf_vfio_write(const struct hf_ctx *ctx, int device, uint32_t index,
		  uint64_t offset, const void *buf, size_t len,
		  struct hf_error *err)
{
	static const char what[] = "write region";
	uint64_t at = 0;
	int code;

	if (!buf)
		return hf_fail_arg(err, __func__, "buf is NULL");
	code = find(ctx, device, what, index, offset, len, &at, err);
	return code ? code : done(hf_sys_pwrite(ctx, device, buf, len, at),
				  len, device, what, index, err);
}
