// SPDX-License-Identifier: GPL-2.0-or-later
/* The first initramfs of a run, and the image the run starts with */
#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio.h"
#include "runner.h"
#include "util.h"
#include "vm.h"

static struct {
	struct cpio *cpio;
	const char *variant;
} walk;

static int add_module(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	const char *base = path + ftw->base;
	const char *dot = strrchr(base, '.');
	char *name;
	int ret;

	(void)st;
	if (type != FTW_F || !dot || strcmp(dot, ".ko"))
		return 0;
	/* Only those of this variant are loaded at its start */
	name = text("%s/%s/%s", strcmp(walk.variant, "module") ? "drivers" :
		    "modules", walk.variant, base);
	ret = cpio_add_file(walk.cpio, name, 0644, path);
	if (ret)
		fatal("initramfs: %s: %s", path, strerror(-ret));
	free(name);
	return 0;
}

static void add_kernel(struct cpio *c, const char *variant, int with_image)
{
	static const char *const kinds[] = { "modules", "drivers" };
	char *image = kernel_image(variant), *dir, *name;

	if (!image)
		return;
	if (with_image) {
		dir = text("boot/%s", variant);
		cpio_add_dir(c, dir);
		free(dir);
		name = text("boot/%s/bzImage", variant);
		if (cpio_add_file(c, name, 0644, image))
			fatal("initramfs: %s: %s", image, strerror(errno));
		free(name);
	}

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		dir = text("%s/%s", kinds[i], variant);
		cpio_add_dir(c, dir);
		free(dir);
	}
	/* Installed ones: the directory above may hold those of older builds */
	dir = text("%s/out/build/%s/mods", repo_root(), variant);
	walk.cpio = c;
	walk.variant = variant;
	nftw(dir, add_module, 16, FTW_PHYS);
	free(dir);
	free(image);
}

static void add_program(struct cpio *c, const char *program)
{
	const char *base = strrchr(program, '/');
	char *path = program_path(program);
	char *name = text("bin/%s", base ? base + 1 : program);

	if (!path || cpio_add_file(c, name, 0755, path))
		fatal("initramfs: %s: cannot be read", program);
	free(name);
	free(path);
}

static void add_files(struct cpio *c, const char *dir, const char *pattern)
{
	char *all = text("%s/%s", repo_root(), pattern);
	glob_t found;

	if (glob(all, 0, NULL, &found))
		fatal("initramfs: %s: no such file", all);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *name = text("%s/%s", dir,
				  strrchr(found.gl_pathv[i], '/') + 1);

		if (cpio_add_file(c, name, 0644, found.gl_pathv[i]))
			fatal("initramfs: %s: cannot be read",
			      found.gl_pathv[i]);
		free(name);
	}
	globfree(&found);
	free(all);
}

int initramfs_build(const char *const *variants, int with_images,
		    const char *const *programs, int units)
{
	static const char *const busybox[] = { "/bin/busybox",
					       "/usr/bin/busybox" };
	static const char *const dirs[] = { "dev", "proc", "sys", "tmp", "bin",
					    "boot", "modules", "drivers",
					    "carry" };
	struct cpio c = { 0 };
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		cpio_add_dir(&c, dirs[i]);
	cpio_add_node(&c, "dev/console", S_IFCHR | 0600, 5, 1);
	if (cpio_add_file(&c, "init", 0755, "/proc/self/exe"))
		fatal("initramfs: /proc/self/exe: %s", strerror(errno));
	for (i = 0; i < ARRAY_SIZE(busybox); i++)
		if (!cpio_add_file(&c, "bin/busybox", 0755, busybox[i]))
			break;
	if (i == ARRAY_SIZE(busybox))
		fatal("initramfs: no busybox on this machine: install the package busybox-static");
	for (; *variants; variants++)
		add_kernel(&c, *variants, with_images);
	for (; programs && *programs; programs++)
		add_program(&c, *programs);
	if (units) {
		cpio_add_dir(&c, "units");
		add_files(&c, "units", "systemd/*.service");
		add_files(&c, "units", "testbed/systemd/*.service");
		cpio_add_dir(&c, "rules");
		add_files(&c, "rules", "udev/*.rules");
	}
	cpio_end(&c);

	fd = cpio_to_memfd(&c, "initramfs");
	if (fd < 0)
		fatal("initramfs: memfd: %s", strerror(-fd));
	cpio_free(&c);
	return fd;
}

/*
 * A kernel that prints nothing: the 32-bit entry point of a real image, right
 * behind the setup sectors, becomes a jump to itself.
 */
static char *silent_kernel(const char *dir, const char *original)
{
	char *image = kernel_image(original), *data, *path;
	size_t len, entry;

	if (!image)
		return NULL;
	data = file_read(image, &len);
	if (!data || len < 0x200)
		fatal("%s: cannot be read", image);
	entry = ((unsigned char)data[0x1f1] + 1) * 512;
	if (entry + 2 > len)
		fatal("%s: not a bzImage", image);
	memcpy(data + entry, "\xeb\xfe", 2);
	path = text("%s/silent-bzImage", dir);
	if (file_write(path, data, len))
		fatal("%s: cannot be written", path);
	free(data);
	free(image);
	return path;
}

char *vm_kernel(const char *variant, const char *dir, const char *original)
{
	if (!strcmp(variant, KERNEL_SILENT))
		return silent_kernel(dir, original);
	return kernel_image(variant);
}
