// SPDX-License-Identifier: GPL-2.0-or-later
/* Options a kernel has to be built with */
#include <string.h>

#include "check.h"

enum need { NEEDED, FOR_RUNNING, FOR_SEEING, FOR_VIRTFNS, FOR_STUB };

static const struct {
	const char *name;
	enum need need;
	int module;		/* may be a module */
	uint32_t evidence;	/* HF_HOST_... shows that it is there */
	const char *for_what;
} options[] = {
	{ "KEXEC_FILE", NEEDED, 0, 0, "to load the next kernel" },
	{ "KEXEC_HANDOVER", NEEDED, 0, HF_HOST_LIVEUPDATE,
	  "to hand memory over" },
	{ "LIVEUPDATE", NEEDED, 0, HF_HOST_LIVEUPDATE,
	  "for /dev/liveupdate" },
	{ "LIVEUPDATE_MEMFD", NEEDED, 0, 0, "to preserve memory" },
	{ "PCI_LIVEUPDATE", NEEDED, 0, HF_HOST_PCI_LIVEUPDATE,
	  "to preserve PCI devices" },
	{ "IOMMUFD", NEEDED, 1, HF_HOST_IOMMUFD, "for /dev/iommu" },
	{ "VFIO_PCI", NEEDED, 1, HF_HOST_VFIO_PCI,
	  "for the driver vfio-pci" },
	{ "VFIO_DEVICE_CDEV", NEEDED, 0, HF_HOST_VFIO_CDEV,
	  "for /dev/vfio/devices/*, usual kernels lack it" },
	{ "VFIO_PCI_LIVEUPDATE", NEEDED, 0, 0,
	  "to preserve vfio-pci devices" },
	{ "IOMMU_LIVEUPDATE", FOR_RUNNING, 0, 0,
	  "for devices to go on" },
	{ "IOMMUFD_LIVEUPDATE", FOR_RUNNING, 0, 0,
	  "for devices to go on" },
	{ "PCI_IOV", FOR_VIRTFNS, 0, 0, "for virtual functions" },
	{ "PCI_PF_STUB", FOR_STUB, 1, 0,
	  "for pci-pf-stub, the driver of a physical function" },
	{ "DEBUG_FS", FOR_SEEING, 0, HF_HOST_SESSIONS_LIST,
	  "for the list of sessions" },
	{ "KEXEC_HANDOVER_DEBUGFS", FOR_SEEING, 0, 0,
	  "to tell where a kernel came from" },
};

static int has(const struct kconfig *config, size_t i, uint32_t evidence)
{
	int value = kconfig_get(config, options[i].name);

	return value == 'y' || (value == 'm' && options[i].module) ||
	       options[i].evidence & evidence;
}

/* Is it of any use with the devices there are? Those of this kernel are there */
static int is_of_use(const struct check *k, const char *area, enum need need)
{
	if (need != FOR_VIRTFNS && need != FOR_STUB)
		return 1;
	for (uint32_t i = 0; i < k->devices.count; i++) {
		const struct hf_device *d = &k->devices.list[i];

		if (*d->physfn && strcmp(area, "kernel") &&
		    (need == FOR_VIRTFNS ||
		     !strcmp(d->physfn_driver, "pci-pf-stub")))
			return 1;
	}
	return 0;
}

/* @area is "kernel", where the system tells as well, or "next" */
void check_config(struct check *k, const char *area,
		  const struct kconfig *config)
{
	uint32_t evidence = strcmp(area, "kernel") ? 0 : k->host.features;
	int lacks = 0;

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		enum check_level level = CHECK_WARN;

		if (!config->text || has(config, i, evidence) ||
		    !is_of_use(k, area, options[i].need))
			continue;
		lacks = 1;
		if (options[i].need == NEEDED ||
		    options[i].need == FOR_VIRTFNS ||
		    (options[i].need == FOR_RUNNING && k->running))
			level = CHECK_BAD;
		check_add(k, level, area, "config-missing",
			  TEXT("CONFIG_%s", options[i].name),
			  strcmp(area, "kernel") ?
			  "choose a kernel that has it" :
			  "boot a kernel that has it",
			  "%s lacks it, it is needed %s",
			  config->source, options[i].for_what);
	}
	if (!config->text)
		check_add(k, strcmp(area, "kernel") ? check_unknown(k) :
			  CHECK_WARN, area, "config-unknown",
			  strcmp(area, "kernel") ? "next kernel" :
			  TEXT("kernel %s", *k->release ? k->release :
			       "unknown"),
			  strcmp(area, "kernel") ?
			  "say --config FILE, or put config-RELEASE beside the image" :
			  "modprobe configs, or install it in /boot",
			  strcmp(area, "kernel") ?
			  "its configuration is neither within it (only gzip is read) nor beside it, in /boot or in /lib/modules" :
			  "its configuration is neither within it nor in /boot");
	else if (!lacks)
		check_ok(k, area, "config", config->source,
			 "all options are there");
}
