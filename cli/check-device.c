// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices: what preserve, freeze and the way there could refuse */
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define AREA	"device"
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

static void read_config(struct check *k, const struct hf_device *d,
			struct config_space *ret)
{
	char *data;

	ret->len = 0;
	if (cli_read(k->c, &data, &ret->len, sizeof(ret->bytes),
		     SYS "/%s/config", d->bdf))
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

/* Signals that the kernel has set up for an owner: the INTx one, or vectors */
static int has_intx(struct check *k, const struct hf_device *d)
{
	char *text;
	size_t len;
	int found;

	if (cli_read(k->c, &text, &len, 64 << 20, "/proc/interrupts"))
		return 0;
	found = !!strstr(text, TEXT("vfio-intx(%s)", d->bdf));
	free(text);
	return found;
}

static void check_interrupts(struct check *k, const struct hf_device *d,
			     const struct config_space *s)
{
	size_t msi = find_cap(s, PCI_CAP_ID_MSI);
	size_t msix = find_cap(s, PCI_CAP_ID_MSIX);
	int vectors = cli_count_entries(k->c, SYS "/%s/msi_irqs", d->bdf);
	const char *kind = NULL;

	if (msix && s->bytes[msix + 3] & 0x80)
		kind = "MSI-X";
	else if (msi && s->bytes[msi + 2] & 1)
		kind = "MSI";
	else if (vectors > 0)
		kind = "MSI or MSI-X";
	else if (has_intx(k, d))
		kind = "INTx";
	if (kind)
		check_add(k, check_duty(k), AREA, "device-interrupts", d->bdf,
			  "its owner disables them (VFIO_DEVICE_SET_IRQS) as the last thing before the kexec",
			  "interrupts are set up (%s: %d); the kexec is refused while they are",
			  kind, vectors > 0 ? vectors : 1);
	else
		check_ok(k, AREA, "device-interrupts", d->bdf,
			 "no interrupts are set up");
}

/* What the kernel believes, else what the device says */
static void check_power(struct check *k, const struct hf_device *d,
			const struct config_space *s, int used)
{
	size_t pm = find_cap(s, PCI_CAP_ID_PM);
	char state[32] = "";

	if (cli_read_line(k->c, state, sizeof(state), SYS "/%s/power_state",
			  d->bdf) || !strcmp(state, "unknown"))
		cli_text(state, sizeof(state), "%s", pm ?
			 TEXT("D%d", s->bytes[pm + 4] & 3) : "D0");
	if (!strcmp(state, "D0"))
		check_ok(k, AREA, "device-power", d->bdf, "it is in D0");
	else if (used || d->state & HF_STATE_PRESERVED)
		check_add(k, check_duty(k), AREA, "device-power", d->bdf,
			  "its owner brings it to D0 before the kexec",
			  "it is in %s; the kexec is refused while it is",
			  state);
	else
		check_ok(k, AREA, "device-power", d->bdf,
			 "it is in %s as nobody uses it, opening it brings it to D0",
			 state);
}

struct open_files {
	const char *cdev;
	char group[32];
};

static int is_of_device(const char *target, const void *data)
{
	const struct open_files *o = data;

	return (*o->cdev && !strcmp(target, o->cdev)) ||
	       (*o->group && !strcmp(target, o->group));
}

/* Return: does anybody have it open? */
static int check_users(struct check *k, const struct hf_device *d)
{
	struct open_files o = { .cdev = d->cdev };
	struct cli_holders h;
	int used;

	if (d->iommu_group >= 0)
		cli_text(o.group, sizeof(o.group), "/dev/vfio/%d",
			 d->iommu_group);
	if (cli_holders_find(k->c, 0, is_of_device, &o, &h)) {
		k->no_memory = 1;
		return 0;
	}
	for (uint32_t i = 0; i < h.count; i++)
		if (!strcmp(h.list[i].target, o.group))
			check_add(k, CHECK_BAD, AREA, "device-group-file",
				  d->bdf,
				  "let it open /dev/vfio/devices/vfioN and bind it to an iommufd",
				  "process %d (%s) uses it by %s, such files cannot be preserved",
				  h.list[i].pid, h.list[i].comm, o.group);
		else
			check_ok(k, AREA, "device-user", d->bdf,
				 "process %d (%s) has it open", h.list[i].pid,
				 h.list[i].comm);
	used = h.count > 0;
	cli_holders_free(&h);
	return used;
}

/* For what goes on: an IOMMU that hands its tables over, and a group of one */
static void check_iommu(struct check *k, const struct hf_device *d)
{
	enum check_level level = k->running || d->running ? CHECK_BAD :
							    CHECK_WARN;
	char link[512], *name = link;
	int members = 0;

	if (d->iommu_group >= 0)
		members = cli_count_entries(k->c,
					    "/sys/kernel/iommu_groups/%d/devices",
					    d->iommu_group);
	if (!cli_read_link(k->c, link, sizeof(link), SYS "/%s/iommu", d->bdf))
		name = strrchr(link, '/') ? strrchr(link, '/') + 1 : link;
	else
		*link = 0;
	if (d->iommu_group < 0 || !*name)
		check_add(k, level, AREA, "device-no-iommu", d->bdf,
			  "switch the IOMMU on, in the firmware and by intel_iommu=on",
			  "there is no IOMMU before it, so that it cannot go on");
	else if (strncmp(name, "dmar", 4))
		check_add(k, level, AREA, "device-iommu-kind", d->bdf,
			  "let it be reset on the way: leave its iommufd out of the session",
			  "its IOMMU (%s) is none of Intel, only these keep devices running",
			  name);
	else if (members > 1)
		check_add(k, level, AREA, "device-group-shared", d->bdf,
			  "let it be reset on the way, or put it into a slot of its own",
			  "it shares IOMMU group %d with others (%d), so that it cannot go on",
			  d->iommu_group, members - 1);
	else
		check_ok(k, AREA, "device-iommu", d->bdf,
			 "it can go on, behind %s", name);
}

/* Refused by the driver, and at freeze if it changed after preserve */
static void check_kind(struct check *k, const struct hf_device *d)
{
	char text[32];

	if (d->vendor == 0x8086 && d->class_code >> 16 == 0x03)
		check_add(k, CHECK_BAD, AREA, "device-intel-graphics", d->bdf,
			  "leave it out", "Intel graphics is not supported");
	if (!cli_read_line(k->c, text, sizeof(text), SYS "/%s/sriov_numvfs",
			   d->bdf) && atoi(text) > 0)
		check_add(k, CHECK_BAD, AREA, "device-sriov", d->bdf,
			  TEXT("echo 0 > " SYS "/%s/sriov_numvfs", d->bdf),
			  "%s virtual functions are enabled", text);
}

static void check_preservable(struct check *k, const struct hf_device *d)
{
	struct hf_error *e = cli_err(k->c);

	if (d->state & (HF_STATE_PRESERVED | HF_STATE_FROZEN) &&
	    !(d->state & (HF_STATE_INCOMING | HF_STATE_RETRIEVED)))
		check_ok(k, AREA, "device-preserved", d->bdf,
			 d->running ? "it is preserved and goes on" :
				      "it is preserved and will be reset on the way");
	else if (hf_device_check(d, e))
		check_error(k, AREA, e);
	else
		check_ok(k, AREA, "device", d->bdf, "it can be preserved");
}

void check_device(struct check *k, const struct hf_device *d)
{
	struct config_space space;
	int used;

	/* Bridges are listed for their state, devices below say the rest */
	if (d->flags & HF_DEVICE_BRIDGE && !k->c->arg_count)
		return;
	check_preservable(k, d);
	check_kind(k, d);
	used = check_users(k, d);
	if (k->now && used && !d->state)
		check_add(k, CHECK_WARN, AREA, "device-not-preserved", d->bdf,
			  "let its owner preserve it, or stop its owner",
			  "it is in use, but not preserved: it does not go along");
	if (!(d->flags & HF_DEVICE_VFIO))
		return;
	read_config(k, d, &space);
	check_interrupts(k, d, &space);
	check_power(k, d, &space, used);
	check_iommu(k, d);
}
