// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Negative test of systemd/own: a service stores the files of the device and of the iommufd
 * themselves. "holdfast check" says so before anybody is stopped; who continues
 * all the same gets an iommufd in which nothing is mapped, and no device.
 */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "system.h"
#include "tool.h"
#include "vmm.h"

#define UNIT	"raw.service"

/* Files are passed from 3 on, in the order of the names below */
static const char unit[] =
	"[Service]\n"
	"Type=notify\n"
	"NotifyAccess=all\n"
	"FileDescriptorStoreMax=2\n"
	"FileDescriptorStorePreserve=yes\n"
	"OpenFile=/dev/iommu:iommu\n"
	"OpenFile=/dev/vfio/devices/vfio0:device\n"
	"ExecStart=sh -c 'systemd-notify --fd=3 --fd=4 --fdname=raw; "
		"systemd-notify --ready; exec sleep infinity'\n";

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	pci_bind(bdf, "vfio-pci");
	tool_run(0, STRINGS("Ready"), TOOL("check", bdf));
	system_write("/etc/systemd/system/" UNIT, unit);
	system_run(0, STRINGS(""), SYSTEMCTL("daemon-reload"));
	system_run(0, STRINGS(""), SYSTEMCTL("start", UNIT));
	system_check(UNIT, "NFileDescriptorStore", "2");
	tool_run(1, STRINGS("/dev/vfio/devices/vfio0, fd ", "/dev/iommu, fd ",
			    "of process 1",
			    "a service keeps it in the fd store of systemd",
			    "store only the session fd"),
		 TOOL("check", bdf));
	tool_load();
	system_leave(SYSTEMCTL("kexec"));
}

static void second(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	system_run(0, STRINGS(""), SYSTEMCTL("daemon-reload"));
	system_check(UNIT, "NFileDescriptorStore", "1");
	pci_check_state(bdf, "none");
	system_check(NULL, "KExecCount", "1");
}

SCENARIO(systemd_raw) = {
	.name = "systemd/raw-negative",
	.proves = "mirror: a device that a service stores itself is seen by check, and lost",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(TOOL_PROGRAM),
	.system = 1,
	.stage = { first, second },
	.variants = "prod",
	.on_request = 1,
	.time_limit = 600,
};
