// SPDX-License-Identifier: MIT
/* VFIO device files, as far as a live update needs them */
#include <string.h>

#include "internal.h"
#include "uapi.h"

int hf_vfio_open(const struct hf_ctx *ctx, const char *spec, int *ret_fd,
		 struct hf_error *err)
{
	static const char what[] = "open device";
	struct hf_device d = { .size = sizeof(d) };
	int fd;

	if (!ret_fd)
		return hf_fail_arg(err, __func__, "ret_fd is NULL");
	fd = hf_device_find(ctx, spec, &d, err);
	if (fd)
		return fd;
	if (!*d.cdev && d.flags & HF_DEVICE_VFIO)
		return hf_fail(err, -ENXIO, "vfio-no-cdev", what, d.bdf,
			       "boot a kernel with CONFIG_VFIO_DEVICE_CDEV",
			       "this kernel has no VFIO device files");
	if (!*d.cdev)
		return hf_fail(err, -ENXIO, "vfio-not-bound", what, d.bdf,
			       "bind vfio-pci to it", "%s%s",
			       *d.driver ? "its driver is " :
					   "no driver is bound to it",
			       d.driver);
	fd = hf_open(ctx, O_RDWR, "%s", d.cdev);
	if (fd == -EBUSY)
		return hf_fail(err, fd, "vfio-open-busy", what, d.bdf,
			       d.state & HF_STATE_INCOMING ?
			       "retrieve it from its session, or discard that" :
			       "stop who has it open",
			       d.state & HF_STATE_INCOMING ?
			       "it came from the previous kernel and waits for its owner" :
			       "somebody has it, or its group, open");
	if (fd == -EACCES || fd == -EPERM)
		return hf_fail(err, fd, "vfio-permission", what,
			       OBJ("%s, %s", d.bdf, d.cdev),
			       "run as root, or be given the fd",
			       "no permission");
	if (fd < 0)
		return hf_fail_sys(err, fd, "vfio-open", what,
				   OBJ("%s, %s", d.bdf, d.cdev),
				   "see the kernel log");
	*ret_fd = fd;
	return 0;
}

int hf_vfio_failed(int code, int fd, const char *what, struct hf_error *err)
{
	switch (code) {
	case -EBADF:
		return hf_fail(err, code, "vfio-bad-fd", what,
			       OBJ("fd %d", fd),
			       "pass an open VFIO device file",
			       "it is not open");
	case -ENOTTY:
		return hf_fail(err, code, "vfio-not", what, OBJ("fd %d", fd),
			       "pass a file of /dev/vfio/devices",
			       "it is not a VFIO device file");
	case -EBUSY:
		return hf_fail(err, code, "vfio-busy", what,
			       OBJ("device file %d", fd),
			       "close the session to undo it",
			       "the device is preserved and will run on, or is in use");
	default:
		return hf_fail_sys(err, code, "vfio", what,
				   OBJ("device file %d", fd),
				   "see the kernel log");
	}
}

int hf_vfio_call(const struct hf_ctx *ctx, int fd, unsigned long request,
		 void *arg)
{
	return fd < 0 ? -EBADF : hf_sys_ioctl(ctx, fd, request, arg);
}

/* Information about a device is given only to those who bound it */
int hf_vfio_info(const struct hf_ctx *ctx, int device, const char *what,
		 struct vfio_device_info *ret, struct hf_error *err)
{
	struct vfio_device_info arg = { .argsz = sizeof(arg) };
	int code = hf_vfio_call(ctx, device, VFIO_DEVICE_GET_INFO, &arg);

	if (code == -EINVAL)
		return hf_fail(err, -EUNATCH, "vfio-unbound", what,
			       OBJ("device file %d", device),
			       "bind it to an iommufd first",
			       "it is not bound to an iommufd");
	if (code < 0)
		return hf_vfio_failed(code, device, what, err);
	*ret = arg;
	return 0;
}

static int bind_with(const struct hf_ctx *ctx, int device, int iommufd,
		     const uint8_t *token, uint32_t *ret_devid,
		     struct hf_error *err)
{
	static const char what[] = "bind device to iommufd";
	struct hf_vfio_bind arg = {
		.argsz = sizeof(arg), .iommufd = iommufd,
		.flags = token ? HF_VFIO_BIND_TOKEN : 0,
		.token_uuid_ptr = (uintptr_t)token,
	};
	struct vfio_device_info dev;
	const char *object = OBJ("device file %d, iommufd %d", device,
				 iommufd);
	int code = iommufd < 0 ? -EBADF :
				 hf_vfio_call(ctx, device, HF_VFIO_BIND, &arg);

	if (code == -EPERM)
		return hf_fail(err, code, "vfio-bind-other", what, object,
			       "bind it to the iommufd that was retrieved with it",
			       "the device runs on, and this is not its own iommufd");
	if (code == -EACCES && token)
		return hf_fail(err, code, "vfio-token-other", what, object,
			       "ask who set it, or set it anew by hf_vfio_set_token()",
			       "another token was set at the physical function");
	if (code == -EACCES)
		return hf_fail(err, code, "vfio-token-none", what, object,
			       "use hf_vfio_bind_token()",
			       "it is a virtual function, or has some that are in use: it takes their token");
	if (code == -EINVAL && token &&
	    hf_vfio_info(ctx, device, what, &dev, NULL) == -EUNATCH)
		return hf_fail(err, code, "vfio-token-unused", what, object,
			       "bind it without a token, by hf_vfio_bind()",
			       "it takes none: it has nothing to do with virtual functions, or its physical function is not on vfio-pci");
	/* A kernel before EBUSY does not tell its own file from somebody else's */
	if (code == -EBUSY ||
	    (code == -EINVAL &&
	     hf_vfio_info(ctx, device, what, &dev, NULL) == -EUNATCH))
		return hf_fail(err, -EBUSY, "vfio-bind-busy", what, object,
			       "stop who has it open; a session that preserves it has it, too",
			       "somebody else has bound the device");
	if (code == -EINVAL)
		return hf_fail(err, code, "vfio-bound", what, object,
			       "go on with the iommufd it is bound to, or open it anew; closing a file that was retrieved stops the device",
			       "it is bound already, or of a group");
	if (code < 0)
		return hf_vfio_failed(code, device, what, err);
	if (ret_devid)
		*ret_devid = arg.out_devid;
	return 0;
}

int hf_vfio_bind(const struct hf_ctx *ctx, int device, int iommufd,
		 uint32_t *ret_devid, struct hf_error *err)
{
	return bind_with(ctx, device, iommufd, NULL, ret_devid, err);
}

int hf_vfio_bind_token(const struct hf_ctx *ctx, int device, int iommufd,
		       const uint8_t *token, uint32_t *ret_devid,
		       struct hf_error *err)
{
	if (!token)
		return hf_fail_arg(err, __func__, "token is NULL");
	return bind_with(ctx, device, iommufd, token, ret_devid, err);
}

int hf_vfio_set_token(const struct hf_ctx *ctx, int device,
		      const uint8_t *token, struct hf_error *err)
{
	static const char what[] = "set token of virtual functions";
	struct hf_vfio_token arg = {
		.argsz = sizeof(arg), .flags = HF_VFIO_SET_TOKEN,
	};
	struct vfio_device_info dev = { 0 };
	int code;

	if (!token)
		return hf_fail_arg(err, __func__, "token is NULL");
	/* Both a device without the feature and another kind of file fail with ENOTTY */
	code = hf_vfio_info(ctx, device, what, &dev, err);
	if (code)
		return code;
	memcpy(arg.uuid, token, sizeof(arg.uuid));
	code = hf_vfio_call(ctx, device, HF_VFIO_FEATURE, &arg);
	if (code == -ENOTTY)
		return hf_fail(err, -EOPNOTSUPP, "vfio-no-token", what,
			       OBJ("device file %d", device),
			       "pass the file of a physical function",
			       "it is not a physical function of vfio-pci");
	return code >= 0 ? 0 : hf_vfio_failed(code, device, what, err);
}

int hf_vfio_check_bound(const struct hf_ctx *ctx, int device,
			struct hf_error *err)
{
	static const char what[] = "check device";
	struct vfio_device_info arg = { 0 };
	int code = hf_vfio_info(ctx, device, what, &arg, err);

	if (code)
		return code;
	if (!(arg.flags & VFIO_DEVICE_FLAGS_PCI))
		return hf_fail(err, -EMEDIUMTYPE, "vfio-not-pci", what,
			       OBJ("device file %d", device), "leave it out",
			       "it is not of a PCI device");
	return 0;
}

int hf_vfio_attach(const struct hf_ctx *ctx, int device, uint32_t pt,
		   struct hf_error *err)
{
	static const char what[] = "attach device";
	struct hf_vfio_attach arg = { .argsz = sizeof(arg), .pt_id = pt };
	int code = hf_vfio_call(ctx, device, HF_VFIO_ATTACH, &arg);

	if (code == -ENOENT)
		return hf_fail(err, code, "vfio-no-pt", what,
			       OBJ("device file %d, page table %u", device,
				   pt), "see the id",
			       "its iommufd has no such object");
	return code >= 0 ? 0 : hf_vfio_failed(code, device, what, err);
}

int hf_vfio_detach(const struct hf_ctx *ctx, int device, struct hf_error *err)
{
	struct hf_vfio_detach arg = { .argsz = sizeof(arg) };
	int code = hf_vfio_call(ctx, device, HF_VFIO_DETACH, &arg);

	return code >= 0 ? 0 : hf_vfio_failed(code, device, "detach device", err);
}
