// SPDX-License-Identifier: MIT
/* The next kernel: kexec_file_load() only */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Of kexec_file_load() */
#define FILE_UNLOAD		1ul
#define FILE_NO_INITRAMFS	4ul

#define LOADED		"/sys/kernel/kexec_loaded"
#define METADATA	"/sys/kernel/debug/kho/in/sub_fdts/kexec-metadata"

static int failed(int code, const char *what, struct hf_error *err)
{
	static const struct {
		int code;
		const char *id;
		const char *why;
		const char *remedy;
	} errors[] = {
		{ -EBADF, "kexec-bad-fd", "an image is not open for reading",
		  "pass open files" },
		{ -EPERM, "kexec-permission",
		  "no permission, or loading was switched off",
		  "run as root; see kernel.kexec_load_disabled, which only a reboot resets" },
		{ -ENOEXEC, "kexec-format",
		  "it is not a kernel this one can load",
		  "pass a bzImage" },
		{ -EKEYREJECTED, "kexec-signature",
		  "its signature is not accepted",
		  "sign it with a key this kernel trusts" },
		{ -ENOKEY, "kexec-signature",
		  "it has no signature this kernel trusts",
		  "sign it with a key this kernel trusts" },
		{ -EADDRNOTAVAIL, "kexec-room",
		  "the scratch areas of this kernel are too small for it",
		  "boot this host anew with a larger kho_scratch=, or without it; the kernel log has the size" },
		{ -EBUSY, "kexec-busy", "another one is being loaded",
		  "wait and try again" },
		{ -ENOSYS, "kexec-missing",
		  "this kernel lacks kexec_file_load()",
		  "boot a kernel with CONFIG_KEXEC_FILE; the older call hands nothing over" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].code == code)
			return hf_fail(err, code, errors[i].id, what,
				       "next kernel", errors[i].remedy, "%s",
				       errors[i].why);
	return hf_fail_sys(err, code, "kexec-load", what, "next kernel",
			   "see the kernel log");
}

int hf_kexec_load(const struct hf_ctx *ctx, const struct hf_kexec_image *image,
		  struct hf_error *err)
{
	struct hf_kexec_image i;
	int code;

	code = hf_struct_arg(err, __func__, &i, sizeof(i), image);
	if (code)
		return code;
	code = hf_kexec_cmdline_check(i.cmdline, i.flags, err);
	if (code)
		return code;
	code = i.kernel < 0 ? -EBADF :
	       hf_sys_kexec_file_load(ctx, i.kernel, i.initrd,
				      strlen(i.cmdline) + 1, i.cmdline,
				      i.initrd < 0 ? FILE_NO_INITRAMFS : 0);
	if (code < 0)
		return failed(code, "load", err);
	hf_log(ctx, HF_LOG_INFO, "next kernel loaded: %s", i.cmdline);
	return 0;
}

int hf_kexec_unload(const struct hf_ctx *ctx, struct hf_error *err)
{
	int code = hf_sys_kexec_file_load(ctx, -1, -1, 0, NULL, FILE_UNLOAD);

	return code < 0 ? failed(code, "unload", err) : 0;
}

int hf_kexec_loaded(const struct hf_ctx *ctx, uint32_t *ret_loaded,
		    struct hf_error *err)
{
	static const char what[] = "see whether a kernel is loaded";
	char text[8];
	int code;

	if (!ret_loaded)
		return hf_fail_arg(err, __func__, "ret_loaded is NULL");
	code = hf_read_line(ctx, text, sizeof(text), LOADED);
	if (code == -ENOENT)
		return hf_fail(err, code, "kexec-missing", what, LOADED,
			       "boot a kernel with CONFIG_KEXEC_FILE",
			       "this kernel has no kexec");
	if (code)
		return hf_fail_sys(err, code, "kexec-loaded", what, LOADED,
				   NULL);
	if (strcmp(text, "0") && strcmp(text, "1"))
		return hf_fail(err, -EBADMSG, "kexec-loaded", what, LOADED,
			       "use a library that fits the kernel",
			       "it says '%s', not 0 or 1", text);
	*ret_loaded = *text == '1';
	return 0;
}

int hf_kexec_reboot(const struct hf_ctx *ctx, struct hf_error *err)
{
	static const char what[] = "go to the next kernel";
	uint32_t loaded;
	int code;

	/* Without one the kernel says EINVAL, as it does of a device */
	if (!hf_kexec_loaded(ctx, &loaded, NULL) && !loaded)
		return hf_fail(err, -ENODATA, "kexec-not-loaded", what,
			       "next kernel", "load one first",
			       "no kernel is loaded");
	code = hf_sys_reboot(ctx);
	switch (code) {
	case -EINVAL:
		return hf_fail(err, code, "kexec-device", what, "next kernel",
			       "see the kernel log; disable its interrupts, put it into D0",
			       "a device has interrupts set up or is not in D0, or no kernel is loaded");
	case -EBUSY:
		return hf_fail(err, code, "kexec-busy", what, "next kernel",
			       "see the kernel log; finish the session, or wait and try again",
			       "a session of the previous kernel is not finished, a driver is being unbound, or an owner is in a system call");
	case -ENOEXEC:
		return hf_fail(err, code, "kexec-refused", what, "next kernel",
			       "see the kernel log; load one with kho=on liveupdate=on by kexec_file_load()",
			       "the loaded kernel cannot take over the preserved files, or has no room to boot");
	case -EPERM:
		return hf_fail(err, code, "kexec-permission", what,
			       "next kernel", "run as root", "no permission");
	default:
		/* A call that was replaced may well come back */
		return code < 0 ? hf_fail_sys(err, code, "kexec-reboot", what,
					      "next kernel",
					      "see the kernel log") : 0;
	}
}

/* A version, a release of 65 bytes, a count: packed, in the byte order here */
#define METADATA_VERSION	1u
#define METADATA_RELEASE	4
#define METADATA_COUNT		69
#define METADATA_SIZE		73

int hf_kexec_origin(const struct hf_ctx *ctx, struct hf_kexec_origin *ret,
		    struct hf_error *err)
{
	static const char what[] = "see where this kernel came from";
	struct hf_kexec_origin o = { .size = sizeof(o) };
	char path[HF_PATH_LEN], *data;
	uint32_t version = 0;
	size_t len;
	int code;

	if (hf_struct_out_check(ret, sizeof(*ret)))
		return hf_fail_arg(err, __func__, "ret.size is too small");
	code = hf_path(ctx, path, METADATA);
	if (!code)
		code = hf_read_file(ctx, path, 65536, &data, &len);
	if (code == -ENOENT)
		return hf_fail(err, -ENODATA, "kexec-origin-unknown", what,
			       METADATA, "mount debugfs",
			       "it was booted cold, or does not tell");
	if (code)
		return hf_fail_sys(err, code, "kexec-origin", what, METADATA,
				   "run as root");
	if (len >= METADATA_SIZE) {
		memcpy(&version, data, sizeof(version));
		memcpy(o.release, data + METADATA_RELEASE,
		       METADATA_COUNT - METADATA_RELEASE);
		memcpy(&o.count, data + METADATA_COUNT, sizeof(o.count));
	}
	free(data);
	if (version != METADATA_VERSION)
		return hf_fail(err, -EBADMSG, "kexec-origin-format", what,
			       METADATA, "use a library that fits the kernel",
			       "%zu bytes of version %u cannot be understood",
			       len, version);
	hf_struct_out(ret, &o, sizeof(o));
	return 0;
}
