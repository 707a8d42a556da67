// SPDX-License-Identifier: GPL-2.0-or-later
/* Going to the next kernel, and what is carried along in its initramfs */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <holdfast.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio.h"
#include "kexec.h"
#include "log.h"
#include "marker.h"
#include "raw.h"
#include "stage.h"

static void pack_tree(struct cpio *c, const char *path)
{
	struct dirent *e;
	DIR *d;

	d = opendir(path);
	if (!d)
		return;
	cpio_add_dir(c, path + 1);
	while ((e = readdir(d))) {
		struct stat st;
		char *sub;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		sub = text("%s/%s", path, e->d_name);
		if (lstat(sub, &st))
			FAIL("pack %s: %s", sub, strerror(errno));
		if (S_ISDIR(st.st_mode))
			pack_tree(c, sub);
		else if (S_ISREG(st.st_mode))
			CHECK_OK(cpio_add_file(c, sub + 1, st.st_mode & 07777,
					       sub));
		free(sub);
	}
	closedir(d);
}

int kexec_initramfs(void)
{
	int last = stage.number + 1 == scenario_stages(stage.scenario);
	struct cpio c = { 0 };
	int fd;

	for (const char *const *dir = STRINGS("/dev", "/proc", "/sys", "/tmp");
	     *dir; dir++)
		cpio_add_dir(&c, *dir + 1);
	cpio_add_node(&c, "dev/console", S_IFCHR | 0600, 5, 1);
	CHECK_OK(cpio_add_file(&c, "init", 0755, "/init"));
	pack_tree(&c, "/bin");
	pack_tree(&c, "/modules");
	pack_tree(&c, "/drivers");
	pack_tree(&c, "/carry");
	pack_tree(&c, "/units");
	pack_tree(&c, "/rules");
	pack_tree(&c, "/kernel");	/* ACPI tables, see upgrade.rst */
	if (!last || stage.scenario->qemu)
		pack_tree(&c, "/boot");
	cpio_end(&c);
	fd = CHECK_OK(cpio_to_memfd(&c, "initramfs"));
	cpio_free(&c);
	return fd;
}

static void load(const char *cmdline, int (*how)(int kernel, int initrd,
						 const char *cmdline))
{
	const char *variant = stage_kernel(stage.scenario, stage.number + 1,
					   stage.variant);
	char *path = text("/boot/%s/bzImage", variant);
	int kernel = open(path, O_RDONLY | O_CLOEXEC), initrd, ret;

	if (kernel < 0)
		FAIL("%s: %s", path, strerror(errno));
	initrd = kexec_initramfs();
	ret = how(kernel, initrd, cmdline);
	if (ret)
		FAIL("load %s: %s", path, err_name(ret));
	close(initrd);
	close(kernel);
	free(path);
}

static int load_by_library(int kernel, int initrd, const char *cmdline)
{
	const struct hf_kexec_image image = {
		.size = sizeof(image), .kernel = kernel, .initrd = initrd,
		.cmdline = cmdline,
	};

	return hf_kexec_load(NULL, &image, NULL);
}

char *kexec_cmdline(void)
{
	char *cmdline = stage_cmdline(stage.scenario, stage.number + 1,
				      stage.variant);
	char counter[16];

	cmdline_value(QEMU_COUNTER, counter, sizeof(counter));
	if (*counter)
		cmdline = text_add(cmdline, " " QEMU_COUNTER "=%s", counter);
	return cmdline;
}

void kexec_prepare(const char *more)
{
	char *cmdline = kexec_cmdline();

	if (more)
		cmdline = text_add(cmdline, " %s", more);
	load(cmdline, load_by_library);
	free(cmdline);
}

void kexec_prepare_useless(const char *cmdline)
{
	CHECK_ERR(hf_kexec_cmdline_check(cmdline, HF_KEXEC_RUNNING, NULL),
		  ENOEXEC);
	load(cmdline, raw_load);
}

void kexec_prepare_declared(size_t at, unsigned int value, const char *words)
{
	static const char changed[] = "/changed-bzImage";
	const char *variant = stage_kernel(stage.scenario, stage.number + 1,
					   stage.variant);
	char *path = text("/boot/%s/bzImage", variant);
	char *plain = stage_cmdline(stage.scenario, stage.number + 1,
				    stage.variant);
	char *cmdline = text("%s %s", plain, words);
	int kernel, initrd;
	char *data, *element;
	size_t len;

	data = file_read(path, &len);
	if (!data)
		FAIL("%s: %s", path, strerror(errno));
	element = memmem(data, len, "LvUp", 4);
	if (!element || memmem(element + 4, data + len - element - 4, "LvUp", 4))
		FAIL("%s: not one declaration", path);
	memcpy(element + at, &value, sizeof(value));
	CHECK_OK(file_write(changed, data, len));
	free(data);

	initrd = kexec_initramfs();
	kernel = CHECK_OK(open(changed, O_RDONLY | O_CLOEXEC));
	CHECK_OK(raw_load(kernel, initrd, cmdline));
	close(kernel);
	close(initrd);
	unlink(changed);
	free(plain);
	free(cmdline);
	free(path);
}

int kexec_reboot_quietly(void)
{
	return hf_kexec_reboot(NULL, NULL);
}

int kexec_reboot(void)
{
	int ret;

	mark(MARK_REBOOT);
	ret = kexec_reboot_quietly();
	mark(MARK_REFUSED);
	say("reboot(KEXEC): %s", err_name(ret));
	return ret;
}

void kexec_next(void)
{
	kexec_prepare(NULL);
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

void carry_put(const char *name, const void *data, size_t len)
{
	char *path = text("/carry/%s", name);

	mkdir("/carry", 0755);
	CHECK_OK(file_write(path, data, len));
	free(path);
}

void *carry_get(const char *name, size_t *ret_len)
{
	char *path = text("/carry/%s", name);
	void *data = file_read(path, ret_len);

	if (!data)
		FAIL("%s: %s", path, strerror(errno));
	free(path);
	return data;
}
