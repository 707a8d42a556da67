// SPDX-License-Identifier: MIT
/* What this kernel has */
#include <stdlib.h>

#include "internal.h"

static uint32_t cmdline(const struct hf_ctx *ctx)
{
	char path[HF_PATH_LEN], *text;
	uint32_t bit = 0;
	size_t len;

	if (hf_path(ctx, path, "/proc/cmdline") ||
	    hf_read_file(ctx, path, 65536, &text, &len))
		return 0;
	if (!hf_kexec_cmdline_check(text, 0, NULL))
		bit = HF_HOST_CMDLINE;
	free(text);
	return bit;
}

int hf_host_probe(const struct hf_ctx *ctx, struct hf_host *ret,
		  struct hf_error *err)
{
	static const struct {
		const char *path;
		uint32_t bit;
	} files[] = {
		{ "/dev/liveupdate", HF_HOST_LIVEUPDATE },
		{ "/dev/iommu", HF_HOST_IOMMUFD },
		{ "/sys/bus/pci/drivers/vfio-pci", HF_HOST_VFIO_PCI },
		{ "/sys/kernel/debug/liveupdate/sessions",
		  HF_HOST_SESSIONS_LIST },
		{ "/sys/kernel/kexec_loaded", HF_HOST_KEXEC },
	};
	struct hf_host host = { .size = sizeof(host) };
	struct hf_device d = { .size = sizeof(d) };

	if (hf_struct_out_check(ret, sizeof(*ret)))
		return hf_fail_arg(err, __func__, "ret.size is too small");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (hf_exists(ctx, "%s", files[i].path))
			host.features |= files[i].bit;
	while (!hf_device_next(ctx, d.bdf, &d, NULL)) {
		if (d.flags & HF_DEVICE_LIVEUPDATE)
			host.features |= HF_HOST_PCI_LIVEUPDATE;
		if (d.flags & HF_DEVICE_VFIO)
			host.features |= HF_HOST_VFIO_BOUND;
		if (*d.cdev)
			host.features |= HF_HOST_VFIO_CDEV;
	}
	host.features |= cmdline(ctx);
	hf_struct_out(ret, &host, sizeof(host));
	return 0;
}
