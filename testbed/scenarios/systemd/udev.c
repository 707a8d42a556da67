// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rule of udev, on a real boot: which driver a device had is not handed
 * over, and the rule binds it again while udev goes through all devices.
 */
#include <stdlib.h>

#include "continuity.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "service.h"
#include "system.h"
#include "tool.h"
#include "util.h"
#include "vmm.h"

#define DROP_IN	"/etc/systemd/system/" SERVICE ".d"
#define UNBOUND	"no driver yet"

/* The service tells what it finds when udev has seen all devices */
static void tell_driver(const char *bdf)
{
	char *unit = text("[Service]\n"
			  "ExecStartPre=udevadm settle\n"
			  "ExecStartPre=sh -c 'readlink /sys/bus/pci/devices/%s/driver || echo " UNBOUND "'\n",
			  bdf);

	system_run(0, STRINGS(""), SYSTEMD("/bin/mkdir", DROP_IN));
	system_write(DROP_IN "/driver.conf", unit);
	free(unit);
	system_run(0, STRINGS(""), SYSTEMCTL("daemon-reload"));
}

static void start(const char *bdf)
{
	tell_driver(bdf);
	service_enable(SERVICE, bdf, "0");
	service_said(SERVICE, STRINGS(UNBOUND));
	service_arm(bdf);
	system_leave(SYSTEMCTL("kexec"));
}

static void first(void)
{
	start(pci_find(ID_HDA, 0));
}

static void second(void)
{
	service_back(SERVICE, pci_find(ID_HDA, 0));
	service_said(SERVICE, STRINGS("bus/pci/drivers/vfio-pci"));
}

SCENARIO(systemd_udev) = {
	.name = "systemd/udev",
	.proves = "udev gives a device that came over its driver before services start",
	SERVICE_SCENARIO,
	.stage = { first, second },
	.judge = judge_running,
};

/* An empty file of the same name in /etc takes its place */
static void first_masked(void)
{
	system_write("/etc/udev/rules.d/70-holdfast.rules", "");
	start(pci_find(ID_HDA, 0));
}

/* The tiny VMM binds it itself then */
static void second_masked(void)
{
	service_back(SERVICE, pci_find(ID_HDA, 0));
	service_said(SERVICE, STRINGS(UNBOUND));
}

SCENARIO(systemd_no_udev) = {
	.name = "systemd/udev-negative",
	.proves = "mirror: without the rule it has no driver by then",
	SERVICE_SCENARIO,
	.stage = { first_masked, second_masked },
	.judge = judge_running,
};
