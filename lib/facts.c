// SPDX-License-Identifier: MIT
/* What freeze, or going on, could refuse of a device */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define SYS	"/sys/bus/pci/devices"

/* Of PCI */
#define PCI_STATUS		0x06
#define PCI_STATUS_CAP_LIST	0x10
#define PCI_CAPABILITIES	0x34
#define PCI_CAP_ID_PM		0x01
#define PCI_CAP_ID_MSI		0x05
#define PCI_CAP_ID_MSIX		0x11

struct config_space {
	uint8_t bytes[4096];
	size_t len;
};

static void read_config(const struct hf_ctx *ctx, const char *bdf,
			struct config_space *ret)
{
	char path[HF_PATH_LEN], *data;

	ret->len = 0;
	if (hf_path(ctx, path, SYS "/%s/config", bdf) ||
	    hf_read_file(ctx, path, sizeof(ret->bytes), &data, &ret->len))
		return;
	memcpy(ret->bytes, data, ret->len);
	free(data);
}

/* Offset of a capability with at least 8 bytes, 0 if there is none */
static size_t find_cap(const struct config_space *s, uint8_t id)
{
	size_t at, left = 48;

	/* Without privilege only the first 64 bytes can be read */
	if (s->len < 256 || !(s->bytes[PCI_STATUS] & PCI_STATUS_CAP_LIST))
		return 0;
	for (at = s->bytes[PCI_CAPABILITIES] & ~3u; at >= 64 && left--;
	     at = s->bytes[at + 1] & ~3u)
		if (s->bytes[at] == id)
			return at <= 248 ? at : 0;
	return 0;
}

/* Entries of a directory, 0 if it is not there */
static uint32_t count_entries(const struct hf_ctx *ctx, const char *path)
{
	char full[HF_PATH_LEN];
	struct dirent *e;
	uint32_t n = 0;
	DIR *d;

	d = hf_path(ctx, full, "%s", path) ? NULL : opendir(full);
	while (d && (e = readdir(d)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	if (d)
		closedir(d);
	return n;
}

/* Signals that the kernel has set up for an owner: -1 if it does not tell */
static int has_intx(const struct hf_ctx *ctx, const char *bdf)
{
	char path[HF_PATH_LEN], mark[64], *text;
	size_t len;
	int found;

	if (hf_path(ctx, path, "/proc/interrupts") ||
	    hf_read_file(ctx, path, 64 << 20, &text, &len))
		return -1;
	hf_text(mark, sizeof(mark), "vfio-intx(%s)", bdf);
	found = !!strstr(text, mark);
	free(text);
	return found;
}

static void interrupts(const struct hf_ctx *ctx, const char *bdf,
		       const struct config_space *s, struct hf_facts *f)
{
	size_t msi = find_cap(s, PCI_CAP_ID_MSI);
	size_t msix = find_cap(s, PCI_CAP_ID_MSIX);
	int intx;

	f->vectors = count_entries(ctx, OBJ(SYS "/%s/msi_irqs", bdf));
	/* Enabled. Masked as a whole it is latched, and nobody has set it up */
	if (msix && (s->bytes[msix + 3] & 0xc0) == 0x80)
		f->interrupts = HF_INTERRUPTS_MSIX;
	else if (msi && s->bytes[msi + 2] & 1)
		f->interrupts = HF_INTERRUPTS_MSI;
	else if (f->vectors)
		f->interrupts = HF_INTERRUPTS_VECTORS;
	if (f->interrupts)
		return;
	intx = has_intx(ctx, bdf);
	if (intx > 0) {
		f->interrupts = HF_INTERRUPTS_INTX;
		f->vectors = 1;
	} else if (!intx) {
		f->interrupts = HF_INTERRUPTS_NONE;
	}
}

/* What the kernel believes */
static uint32_t power_of_kernel(const struct hf_ctx *ctx, const char *bdf)
{
	static const char *const names[] = {
		[HF_POWER_D0] = "D0", [HF_POWER_D1] = "D1",
		[HF_POWER_D2] = "D2", [HF_POWER_D3HOT] = "D3hot",
		[HF_POWER_D3COLD] = "D3cold",
	};
	char text[32];

	if (!hf_read_line(ctx, text, sizeof(text), SYS "/%s/power_state", bdf))
		for (uint32_t i = HF_POWER_D0; i < ARRAY_SIZE(names); i++)
			if (!strcmp(text, names[i]))
				return i;
	return HF_POWER_UNKNOWN;
}

/* What the device says */
static uint32_t power_of_device(const struct config_space *s)
{
	size_t pm = find_cap(s, PCI_CAP_ID_PM);

	if (s->len < 256)
		return HF_POWER_UNKNOWN;
	/* Without the capability there is no other state */
	return HF_POWER_D0 + (pm ? s->bytes[pm + 4] & 3 : 0);
}

int hf_device_facts(const struct hf_ctx *ctx, const char *spec,
		    struct hf_facts *ret, struct hf_error *err)
{
	struct hf_facts f = { .size = sizeof(f) };
	struct hf_device d = { .size = sizeof(d) };
	struct config_space space;
	int code;

	if (hf_struct_out_check(ret, sizeof(*ret)))
		return hf_fail_arg(err, __func__, "ret.size is too small");
	code = hf_device_find(ctx, spec, &d, err);
	if (code)
		return code;
	/* Reading configuration space wakes a device that sleeps */
	f.power = power_of_kernel(ctx, d.bdf);
	read_config(ctx, d.bdf, &space);
	interrupts(ctx, d.bdf, &space, &f);
	if (f.power == HF_POWER_UNKNOWN)
		f.power = power_of_device(&space);
	f.virtfns = d.virtfns;
	if (d.iommu_group >= 0)
		f.group_size = count_entries(ctx,
			OBJ("/sys/kernel/iommu_groups/%d/devices",
			    d.iommu_group));
	hf_read_link_name(ctx, f.iommu, sizeof(f.iommu), SYS "/%s/iommu",
			  d.bdf);
	hf_struct_out(ret, &f, sizeof(f));
	return 0;
}
