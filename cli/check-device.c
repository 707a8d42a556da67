// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices: what preserve, freeze and the way there could refuse */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define AREA	"device"

static void check_interrupts(struct check *k, const struct hf_device *d,
			     const struct hf_facts *f)
{
	static const char *const kinds[] = {
		[HF_INTERRUPTS_INTX] = "INTx", [HF_INTERRUPTS_MSI] = "MSI",
		[HF_INTERRUPTS_MSIX] = "MSI-X",
		[HF_INTERRUPTS_VECTORS] = "MSI or MSI-X",
	};

	if (f->interrupts == HF_INTERRUPTS_NONE)
		check_ok(k, AREA, "device-interrupts", d->bdf,
			 "no interrupts are set up");
	else if (f->interrupts == HF_INTERRUPTS_UNKNOWN)
		check_add(k, check_unknown(k), AREA,
			  "device-interrupts-unknown",
			  d->bdf, "run as root, with /proc mounted",
			  "it cannot be seen whether interrupts are set up");
	else
		check_add(k, check_duty(k), AREA, "device-interrupts", d->bdf,
			  "its owner disables them (VFIO_DEVICE_SET_IRQS) as the last thing before the kexec",
			  "interrupts are set up (%s: %u); the kexec is refused while they are",
			  kinds[f->interrupts], f->vectors ? f->vectors : 1);
}

static void check_power(struct check *k, const struct hf_device *d,
			const struct hf_facts *f, int used)
{
	static const char *const names[] = {
		[HF_POWER_D0] = "D0", [HF_POWER_D1] = "D1",
		[HF_POWER_D2] = "D2", [HF_POWER_D3HOT] = "D3hot",
		[HF_POWER_D3COLD] = "D3cold",
	};

	if (f->power == HF_POWER_D0)
		check_ok(k, AREA, "device-power", d->bdf, "it is in D0");
	else if (f->power == HF_POWER_UNKNOWN)
		check_add(k, check_unknown(k), AREA, "device-power-unknown",
			  d->bdf, "run as root",
			  "it cannot be seen in which power state it is");
	else if (used || d->state & HF_STATE_PRESERVED)
		check_add(k, check_duty(k), AREA, "device-power", d->bdf,
			  "its owner brings it to D0 before the kexec",
			  "it is in %s; the kexec is refused while it is",
			  names[f->power]);
	else
		check_ok(k, AREA, "device-power", d->bdf,
			 "it is in %s as nobody uses it, opening it brings it to D0",
			 names[f->power]);
}

/* Return: does anybody have it open? */
static int check_users(struct check *k, const struct hf_device *d)
{
	struct hf_holder h = { .size = sizeof(h) };
	struct hf_holders *list = check_holders(k, HF_HOLDERS_DEVICE, d->bdf,
						0);
	int used;

	for (uint32_t i = 0; !hf_holders_get(list, i, &h); i++)
		if (h.kind == HF_HOLDS_VFIO_GROUP)
			check_add(k, CHECK_BAD, AREA, "device-group-file",
				  d->bdf,
				  "let it open /dev/vfio/devices/vfioN and bind it to an iommufd",
				  "process %d (%s) uses it by %s, such files cannot be preserved",
				  h.pid, h.comm, h.target);
		else
			check_ok(k, AREA, "device-user", d->bdf,
				 "process %d (%s) has it open", h.pid,
				 h.comm);
	used = hf_holders_count(list) > 0;
	hf_holders_free(list);
	return used;
}

/* For what goes on: an IOMMU that hands its tables over, and a group of one */
static void check_iommu(struct check *k, const struct hf_device *d,
			const struct hf_facts *f)
{
	enum check_level level = k->running || d->running ? CHECK_BAD :
							    CHECK_WARN;

	if (d->iommu_group < 0 || !*f->iommu)
		check_add(k, level, AREA, "device-no-iommu", d->bdf,
			  "switch the IOMMU on, in the firmware and by intel_iommu=on",
			  "there is no IOMMU before it, so that it cannot go on");
	else if (strncmp(f->iommu, "dmar", 4))
		check_add(k, level, AREA, "device-iommu-kind", d->bdf,
			  "let it be reset on the way: leave its iommufd out of the session",
			  "its IOMMU (%s) is none of Intel, only these keep devices running",
			  f->iommu);
	else if (f->group_size > 1)
		check_add(k, level, AREA, "device-group-shared", d->bdf,
			  "let it be reset on the way, or put it into a slot of its own",
			  "it shares IOMMU group %d with others (%u), so that it cannot go on",
			  d->iommu_group, f->group_size - 1);
	else
		check_ok(k, AREA, "device-iommu", d->bdf,
			 "it can go on, behind %s", f->iommu);
}

/* A driver that leaves DMA to others may be beside it in the group */
static int is_in_the_way(const struct hf_device *d)
{
	return *d->driver && !(d->flags & HF_DEVICE_VFIO) &&
	       strcmp(d->driver, "pci-stub") && strcmp(d->driver, "pcieport");
}

/* VFIO gets a group as a whole or not at all */
static void check_group(struct check *k, const struct hf_device *d)
{
	struct hf_device other = { .size = sizeof(other) };
	char path[CLI_PATH_LEN];
	struct dirent *e;
	DIR *dir;

	if (d->iommu_group < 0 ||
	    cli_path(k->c, path, "/sys/kernel/iommu_groups/%d/devices",
		     d->iommu_group))
		return;
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (strcmp(e->d_name, d->bdf) &&
		    !hf_device_find(k->c->ctx, e->d_name, &other, NULL) &&
		    is_in_the_way(&other))
			check_add(k, CHECK_BAD, AREA, "device-group-driver",
				  d->bdf,
				  TEXT("holdfast bind %s, or unbind it",
				       other.bdf),
				  "%s in its IOMMU group has the driver %s: nobody can open the device",
				  other.bdf, other.driver);
	if (dir)
		closedir(dir);
}

/* Refused by the driver, and at freeze if it changed after preserve */
static void check_kind(struct check *k, const struct hf_device *d)
{
	if (d->vendor == 0x8086 && d->class_code >> 16 == 0x03)
		check_add(k, CHECK_BAD, AREA, "device-intel-graphics", d->bdf,
			  "leave it out", "Intel graphics is not supported");
}

/* It is kept for its virtual functions, and by itself only if it runs */
static void check_physfn(struct check *k, const struct hf_device *d, int used)
{
	if (d->virtfns_kept)
		check_ok(k, AREA, "device-virtfns", d->bdf,
			 "it keeps running for virtual functions (%u of %u), which cannot become more or fewer meanwhile",
			 d->virtfns_kept, d->virtfns);
	else if (d->virtfns && !used && !d->state)
		check_ok(k, AREA, "device-virtfns", d->bdf,
			 "it has %u virtual functions, and keeps running for those that are preserved: nobody needs to open it",
			 d->virtfns);
	else if (d->virtfns)
		check_add(k, CHECK_WARN, AREA, "device-sriov", d->bdf,
			  "put its iommufd into the session, so that it keeps running",
			  "it has %u virtual functions, so that it is not reset on the way but refused",
			  d->virtfns);
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
	struct hf_facts f = { .size = sizeof(f) };
	int used;

	/* Bridges are listed for their state, devices below say the rest */
	if (d->flags & HF_DEVICE_BRIDGE && !k->c->arg_count)
		return;
	/* Only if it was unplugged this moment */
	if (hf_device_facts(k->c->ctx, d->bdf, &f, cli_err(k->c))) {
		check_error(k, AREA, &k->c->error);
		return;
	}
	check_preservable(k, d);
	check_kind(k, d);
	used = check_users(k, d);
	check_physfn(k, d, used);
	if (k->now && used && !d->state)
		check_add(k, CHECK_WARN, AREA, "device-not-preserved", d->bdf,
			  "let its owner preserve it, or stop its owner",
			  "it is in use, but not preserved: it does not go along");
	if (!(d->flags & HF_DEVICE_VFIO))
		return;
	check_virtfn(k, d);
	check_interrupts(k, d, &f);
	check_power(k, d, &f, used);
	check_iommu(k, d, &f);
	check_group(k, d);
}
