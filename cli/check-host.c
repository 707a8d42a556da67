// SPDX-License-Identifier: GPL-2.0-or-later
/* This host and its kernel */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#define AREA	"kernel"

static void check_cmdline(struct check *k)
{
	struct hf_error *e = cli_err(k->c);
	char text[4096];

	if (cli_read_line(k->c, text, sizeof(text), "/proc/cmdline")) {
		check_add(k, check_unknown(k), AREA, "cmdline-unknown",
			  "/proc/cmdline", "mount /proc",
			  "it cannot be read");
		return;
	}
	if (hf_kexec_cmdline_check(text, 0, e)) {
		/* It may be on by default: the device file is the proof */
		if (k->host.features & HF_HOST_LIVEUPDATE)
			return;
		check_add(k, CHECK_BAD, AREA, e->id, "/proc/cmdline",
			  "boot with kho=on liveupdate=on", "%s", e->why);
		return;
	}
	check_ok(k, AREA, "cmdline", "/proc/cmdline",
		 "kho=on liveupdate=on");
	if (hf_kexec_cmdline_check(text, HF_KEXEC_RUNNING, e))
		check_add(k, k->running ? CHECK_BAD : CHECK_WARN, AREA, e->id,
			  "/proc/cmdline", "boot without it, or let devices be reset on the way",
			  "%s", e->why);
}

static void check_liveupdate(struct check *k)
{
	struct hf_holder h = { .size = sizeof(h) };
	struct hf_holders *list;
	uint32_t i;

	if (!(k->host.features & HF_HOST_LIVEUPDATE)) {
		check_add(k, CHECK_BAD, AREA, "liveupdate-missing",
			  "/dev/liveupdate",
			  "boot a kernel with CONFIG_LIVEUPDATE and the words kho=on liveupdate=on",
			  "this kernel has no live update, or it is off");
		return;
	}
	/* One opened it; those that it was handed to keep it open as well */
	list = check_holders(k, HF_HOLDERS_PATH, "/dev/liveupdate", 0);
	for (i = 0; !hf_holders_get(list, i, &h); i++)
		check_add(k, CHECK_BAD, AREA, "liveupdate-busy",
			  "/dev/liveupdate",
			  "stop that process; only one can have it open, systemd needs it at shutdown",
			  "process %d (%s) has it open", h.pid, h.comm);
	if (!i)
		check_ok(k, AREA, "liveupdate", "/dev/liveupdate",
			 "it is there and nobody has it open");
	hf_holders_free(list);
}

static int read_number(struct check *k, const char *path, long *ret)
{
	char text[32], *end;

	if (cli_read_line(k->c, text, sizeof(text), "%s", path))
		return -1;
	*ret = strtol(text, &end, 10);
	return end == text ? -1 : 0;
}

static void check_kexec(struct check *k)
{
	char text[128];
	long n;

	if (!(k->host.features & HF_HOST_KEXEC)) {
		check_add(k, CHECK_BAD, AREA, "kexec-missing",
			  "/sys/kernel/kexec_loaded",
			  "boot a kernel with CONFIG_KEXEC_FILE",
			  "this kernel has no kexec");
		return;
	}
	if (k->loaded)
		return;
	if (!read_number(k, "/proc/sys/kernel/kexec_load_disabled", &n) && n)
		check_add(k, CHECK_BAD, AREA, "kexec-disabled",
			  "kernel.kexec_load_disabled",
			  "remove that setting and reboot, only that resets it",
			  "no kernel can be loaded any more");
	if (!read_number(k, "/proc/sys/kernel/kexec_load_limit_reboot", &n) &&
	    !n)
		check_add(k, CHECK_BAD, AREA, "kexec-limit",
			  "kernel.kexec_load_limit_reboot",
			  "remove that setting and reboot, only that resets it",
			  "no kernel can be loaded any more");
	if (!cli_read_line(k->c, text, sizeof(text),
			   "/sys/kernel/security/lockdown") &&
	    !strstr(text, "[none]"))
		check_add(k, CHECK_WARN, AREA, "kexec-lockdown",
			  "/sys/kernel/security/lockdown",
			  "load a kernel that is signed with a key this one trusts",
			  "only signed kernels can be loaded: %s", text);
}

static void check_drivers(struct check *k)
{
	if (!(k->host.features & HF_HOST_VFIO_PCI))
		check_add(k, CHECK_BAD, AREA, "driver-missing", "vfio-pci",
			  "modprobe vfio-pci, or boot a kernel with CONFIG_VFIO_PCI",
			  "the driver is not loaded");
	if (!(k->host.features & HF_HOST_IOMMUFD))
		check_add(k, CHECK_BAD, AREA, "iommufd-missing", "/dev/iommu",
			  "modprobe iommufd, or boot a kernel with CONFIG_IOMMUFD",
			  "it is not there");
}

static void check_seeing(struct check *k)
{
	/* Without it neither holders nor sessions are seen */
	if (!*k->c->root && geteuid())
		check_add(k, check_unknown(k), AREA, "not-root", "holdfast",
			  "run it as root",
			  "much cannot be seen without: sessions, who has what open, configuration space");
	else if (!(k->host.features & HF_HOST_SESSIONS_LIST))
		check_add(k, check_unknown(k), AREA, "sessions-missing",
			  "/sys/kernel/debug/liveupdate/sessions",
			  "mount -t debugfs debugfs /sys/kernel/debug",
			  "sessions cannot be seen, so that nothing is said about them");
}

void check_host(struct check *k)
{
	check_config(k, AREA, &k->config);
	check_cmdline(k);
	check_liveupdate(k);
	check_kexec(k);
	check_drivers(k);
	check_seeing(k);
}
