// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A QEMU guest with a drive as a service of a real systemd, which makes its session.
 * What the guest says goes through the journal to the kernel's log.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "judgenested.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "nested.h"
#include "pci.h"
#include "qemu.h"
#include "scenario.h"
#include "system.h"
#include "tool.h"

#define UNIT	"holdfast-qemu@" QEMU_NAME ".service"
#define CONF	"/etc/holdfast-qemu"

/* A line of a unit's environment cannot quote, a script can */
static void configure(const char *bdf)
{
	const char *const *args = qemu_service_args(qemu_args("kvm", NESTED_DISK,
							      qemu_vfio(bdf)));
	char *script = text("#!/bin/sh\nexec"), *conf;

	for (; *args; args++)
		script = text_add(script, " '%s'", *args);
	script = text_add(script, " \"$@\"\n");
	conf = text("QEMU=" CONF "/qemu\nDEVICES=%s\n", bdf);
	mkdir(SYSTEM_ROOT CONF, 0755);
	system_write(CONF "/qemu", script);
	system_run(0, STRINGS(""), SYSTEMD("/bin/chmod", "755", CONF "/qemu"));
	system_write(CONF "/" QEMU_NAME ".conf", conf);
	free(script);
	free(conf);
}

static void wait_for_reads(void)
{
	system_wait(STRINGS("hf: nested: 3:"),
		    SYSTEMD("journalctl", "-b", "-o", "cat", "-u", UNIT));
}

static void first(void)
{
	char *bdf = pci_find(ID_NVME, 0);

	qemu_make_initrd();
	configure(bdf);
	system_run(0, STRINGS(""), SYSTEMCTL("enable", "--now", UNIT));
	wait_for_reads();
	tool_load();
	qemu_tool(0, STRINGS("ready for kexec"),
		  QEMU("update", "--name", QEMU_NAME));
	say("running %s in the session of the service", bdf);
	system_leave(SYSTEMCTL("kexec"));
}

static void second(void)
{
	/* A job of the boot's own is waited for */
	system_run(0, STRINGS(""), SYSTEMCTL("start", UNIT));
	mark(MARK_FINISHED);
	pci_check_state(pci_find(ID_NVME, 0), "none");
	system_check(UNIT, "ActiveState", "active");
	system_wait(STRINGS("hf: nested: "),
		    SYSTEMD("journalctl", "-b", "-o", "cat", "-u", UNIT));
	tool_run(0, STRINGS("sessions: none"), TOOL("status"));
}

SCENARIO(qemu_service) = {
	.name = "qemu/service",
	.proves = "a QEMU guest that is a service with a session of systemd goes on after systemctl kexec",
	.devices = STRINGS(ONE(NVME_50, 1)),
	.programs = STRINGS(QEMU_PROGRAM, TOOL_PROGRAM),
	.variants = "prod",
	.on_request = 1,
	.qemu = 1,
	.system = 1,
	.disk = 1,
	.time_limit = 600,
	.stage = { first, second },
	.judge = judge_nested_running,
};
