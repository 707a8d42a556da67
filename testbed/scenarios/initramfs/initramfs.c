// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The next kernel is that of our package, started with the initramfs that
 * Debian made of it. Its scripts run as they are, up to where the root file
 * system would be mounted: there the second stage looks.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "continuity.h"
#include "cpio.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "stage.h"
#include "tool.h"
#include "util.h"
#include "verdict.h"
#include "vmm.h"

/* Made by the part "packages" of the check */
#define KERNEL		"boot/vmlinuz"
#define TOOLS_IMAGE	"boot/initramfs-tools.img"
#define DRACUT_IMAGE	"boot/dracut.img"

/* An image, where programs are called late in it, and what is ours in it */
struct image {
	const char *path;
	const char *dir;
	const char *file;
	const char *script;
};

static const struct image tools = {
	"/bin/initramfs-tools.img", "scripts/init-premount", "ORDER",
	"scripts/init-top/holdfast",
};

static const struct image dracut = {
	"/bin/dracut.img", "var/lib/dracut/hooks/pre-trigger", "99-stage.sh",
	"var/lib/dracut/hooks/pre-udev/10-holdfast-bind.sh",
};

static struct program vmm;

static void overlay_file(struct cpio *c, const char *name, const char *from)
{
	CHECK(!cpio_add_file(c, name, 0755, from), "%s: cannot be read", from);
}

static void overlay_text(struct cpio *c, const char *name, const char *content)
{
	cpio_add_data(c, name, 0755, content, strlen(content));
}

/* The image, and behind it what is to run there; a file comes over the other */
static int image_with_stage(const struct image *i, int ours)
{
	struct cpio c = { 0 };
	size_t len;
	char *image = file_read(i->path, &len);
	char *hook = text("%s/%s", i->dir, i->file);
	int fd;

	CHECK(image, "%s: cannot be read", i->path);
	overlay_file(&c, "hf-init", "/init");
	overlay_file(&c, "usr/bin/tiny-vmm", "/bin/tiny-vmm");
	cpio_add_dir(&c, i->dir);
	overlay_text(&c, hook, "/hf-init " STAGE_IN_IMAGE "\n");
	if (!ours) {
		overlay_text(&c, i->script, "");
		overlay_text(&c, "usr/lib/udev/rules.d/70-holdfast.rules", "");
	}
	cpio_end(&c);
	fd = CHECK_OK(memfd_create("initramfs", 0));
	CHECK_OK(fd_write(fd, image, len));
	/* The next archive begins at a multiple of four */
	CHECK_OK(fd_write(fd, "\0\0\0", -len & 3));
	CHECK_OK(fd_write(fd, c.data, c.len));
	cpio_free(&c);
	free(image);
	free(hook);
	return fd;
}

static void go(const struct image *i, int ours)
{
	char *bdf = pci_find(ID_HDA, 0);
	char *cmdline = stage_cmdline(stage.scenario, 2, "module");
	char *initrd;
	int fd;

	vmm_start(&vmm, VMM_ARGS(bdf), 0);
	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 1);
	fd = image_with_stage(i, ours);
	initrd = text("/proc/%d/fd/%d", getpid(), fd);
	mkdir("/run", 0755);
	tool_run(0, STRINGS("Loaded ", "Armed: "),
		 TOOL("load", "--kernel", "/bin/vmlinuz", "--initrd", initrd,
		      "--cmdline", cmdline));
	mark(MARK_REBOOT);
	tool_run(0, STRINGS("it does not come back"), TOOL("kexec", "--direct"));
}

static void with_tools(void)
{
	go(&tools, 1);
}

static void with_dracut(void)
{
	go(&dracut, 1);
}

static void tools_without(void)
{
	go(&tools, 0);
}

static void dracut_without(void)
{
	go(&dracut, 0);
}

static void bound(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	pci_check_state(bdf, "incoming");
	CHECK(!strcmp(pci_driver(bdf), "vfio-pci"), "its driver is '%s'",
	      pci_driver(bdf));
	vmm_start(&vmm, VMM_ARGS(bdf), 1);
	mark(MARK_FINISHED);
	CHECK(program_said(&vmm, "ran on"), "the device did not run on");
	vmm_check_works(&vmm);
	vmm_stop(&vmm);
}

static void unbound(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	pci_check_state(bdf, "incoming");
	CHECK(!*pci_driver(bdf), "its driver is '%s'", pci_driver(bdf));
}

#define IN_IMAGE(image) \
	.devices = STRINGS(ONE(HDA, 1)), \
	.programs = STRINGS(VMM_PROGRAM, TOOL_PROGRAM, KERNEL, image), \
	.late_modules = 1, \
	.variants = "prod", \
	.time_limit = 180

SCENARIO(initramfs_tools) = {
	.name = "initramfs/tools",
	.proves = "in Debian's initramfs a device that came over has its driver before the root file system",
	.stage = { with_tools, bound },
	.judge = judge_running,
	IN_IMAGE(TOOLS_IMAGE),
};

SCENARIO(initramfs_dracut) = {
	.name = "initramfs/dracut",
	.proves = "the same in one of dracut, before udev looks at devices",
	.stage = { with_dracut, bound },
	.judge = judge_running,
	IN_IMAGE(DRACUT_IMAGE),
	.cmdline = { NULL, "root=/dev/vda" },
};

SCENARIO(initramfs_tools_without) = {
	.name = "initramfs/tools-negative",
	.proves = "mirror: without script and rule it has none there",
	.stage = { tools_without, unbound },
	IN_IMAGE(TOOLS_IMAGE),
};

SCENARIO(initramfs_dracut_without) = {
	.name = "initramfs/dracut-negative",
	.proves = "mirror: without script and rule it has none there",
	.stage = { dracut_without, unbound },
	IN_IMAGE(DRACUT_IMAGE),
	.cmdline = { NULL, "root=/dev/vda" },
};
