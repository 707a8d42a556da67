// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As systemd/own, on a host that unmounts its root file system: systemd-shutdown goes
 * to /run/initramfs and starts the program there, which does the rest. Here
 * that is systemd-shutdown again, as initramfs generators put it there.
 */
#include "continuity.h"
#include "evidence.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "service.h"
#include "system.h"
#include "tool.h"
#include "vmm.h"

static const char make_exitrd[] =
	"set -e\n"
	"to=/run/initramfs of=/usr/lib/systemd/systemd-shutdown\n"
	"mkdir -p $to/etc $to/proc $to/sys $to/dev $to/run\n"
	/* The second one is loaded at run time */
	"for f in $of $(echo /usr/lib/*/libmount.so.1); do\n"
	"	cp -L --parents $f $(ldd $f | grep -o '/[^ )]*') $to/\n"
	"done\n"
	/* By this it knows not to look for another one */
	"touch $to/etc/initrd-release\n"
	"ln -s .$of $to/shutdown\n";

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	system_run(0, STRINGS(""), SYSTEMD("/bin/sh", "-c", make_exitrd));
	service_enable(SERVICE, bdf, "0");
	service_arm(bdf);
	system_leave(SYSTEMCTL("kexec"));
}

static void second(void)
{
	service_back(SERVICE, pci_find(ID_HDA, 0));
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 1, "Entering exitrd") != 1)
		complain(ev, "log: systemd-shutdown did not go to the exitrd");
	if (log_count(ev, 1, "Preserved fd stores in LUO session") != 1)
		complain(ev, "log: the one of the exitrd preserved no fd store");
	judge_running(ev);
}

SCENARIO(systemd_exitrd) = {
	.name = "systemd/exitrd",
	.proves = "the session of a service lives through the exitrd",
	SERVICE_SCENARIO,
	.stage = { first, second },
	.judge = judge,
};
