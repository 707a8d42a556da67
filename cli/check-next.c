// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel to be loaded, or that is */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define AREA		"next"
#define KHO_DEFAULT	"KEXEC_HANDOVER_ENABLE_DEFAULT"

static void check_options(struct check *k, struct cli_next *next,
			  const uint8_t *image, size_t len)
{
	const char *file = cli_opt(k->c, "config");
	struct kconfig config = { 0 };

	if (file && next->given) {
		int err = kconfig_of_file(k->c, file, &config);

		if (err) {
			check_add(k, CHECK_BAD, AREA, "config-unreadable",
				  file, "name another file", "%s",
				  err == -EBADMSG ?
				  "it is no configuration of a kernel" :
				  strerrordesc_np(-err));
			return;
		}
	} else if (!image_config(image, len, &config.text)) {
		cli_text(config.source, sizeof(config.source), "the configuration within %s",
			 next->kernel);
	} else {
		kconfig_of_image(k->c, next->kernel, next->release, &config);
	}
	check_config(k, AREA, &config);
	next->vfio_module = kconfig_get(&config, "VFIO_PCI") == 'm';
	/* Freeze takes the default of this kernel for that of the next one */
	next->kho_default =
		kconfig_get(&config, KHO_DEFAULT) == 'y' &&
		kconfig_get(&k->config, KHO_DEFAULT) == 'y';
	kconfig_free(&config);
}

/* Return: 0 if its header could be read */
static int check_image(struct check *k, struct cli_next *next)
{
	const char *refusal;
	char *image;
	size_t len;
	int err = cli_read(k->c, &image, &len, IMAGE_MAX, "%s", next->kernel);

	if (err) {
		check_add(k, CHECK_BAD, AREA, "kernel-unreadable",
			  next->kernel, "name another file", "%s",
			  strerrordesc_np(-err));
		return err;
	}
	refusal = image_refusal((uint8_t *)image, len);
	if (refusal) {
		check_add(k, CHECK_BAD, AREA, "kernel-image", next->kernel,
			  "say a bzImage of a 64-bit kernel", "%s", refusal);
		free(image);
		return -ENOEXEC;
	}
	image_release((uint8_t *)image, len, next->release,
		      sizeof(next->release));
	check_ok(k, AREA, "kernel-image", next->kernel,
		 "it can be loaded, release %s",
		 *next->release ? next->release : "unknown");
	check_options(k, next, (uint8_t *)image, len);
	check_formats(k, next, (uint8_t *)image, len);
	free(image);
	return 0;
}

static void check_words(struct check *k, const struct cli_next *next,
			uint32_t flags)
{
	struct hf_error *e = cli_err(k->c);

	if (hf_kexec_cmdline_check(next->cmdline, flags, e))
		check_add(k, CHECK_BAD, AREA, e->id,
			  TEXT("command line \"%s\"", next->cmdline),
			  e->remedy, "%s", e->why);
	else
		check_ok(k, AREA, "cmdline",
			 TEXT("command line \"%s\"", next->cmdline),
			 "it has all that is needed");
	/* Nothing goes on yet, but it could not either */
	if (!(flags & HF_KEXEC_RUNNING) &&
	    hf_kexec_cmdline_check(next->cmdline, flags | HF_KEXEC_RUNNING,
				   e) && !strcmp(e->id, "kexec-cmdline-iommu"))
		check_add(k, CHECK_WARN, AREA, e->id,
			  TEXT("command line \"%s\"", next->cmdline),
			  e->remedy,
			  "it switches the IOMMU off: no device can go on");
}

/* What cannot be seen any more was looked at when it was loaded */
static void check_one(struct check *k, struct cli_next *next,
		      int kernel_changed, int initrd_changed)
{
	uint32_t flags = k->running || next->running ? HF_KEXEC_RUNNING : 0;

	if (!kernel_changed)
		check_image(k, next);
	if (next->kho_default)
		flags |= HF_KEXEC_KHO_DEFAULT;
	if (*next->initrd && !initrd_changed)
		check_initrd(k, next->initrd, next->vfio_module);
	else if (!*next->initrd)
		check_no_initrd(k, next->cmdline);
	check_words(k, next, flags);
}

/* Is a file another one than was loaded? */
static int changed(struct check *k, const char *path, const char *sum,
		   enum check_level level)
{
	char now[CLI_SUM_LEN];

	if (!*path || !*sum)
		return 0;
	cli_file_sum(k->c, path, now);
	if (!strcmp(now, sum))
		return 0;
	check_add(k, level, AREA, "next-changed", path,
		  "load it again: holdfast load",
		  *now ? "the file has changed since it was loaded, so the loaded one cannot be checked" :
			 "the file is gone, so the loaded one cannot be checked");
	return 1;
}

/* It cannot be seen what is loaded, only what "load" wrote down */
static void check_loaded(struct check *k)
{
	struct cli_next next;
	int kernel_changed, initrd_changed;

	if (!cli_next_read(k->c, &next)) {
		check_ok(k, AREA, "kernel-loaded", next.kernel,
			 "it is loaded, as holdfast load wrote down");
		kernel_changed = changed(k, next.kernel, next.kernel_sum,
					 check_unknown(k));
		initrd_changed = changed(k, next.initrd, next.initrd_sum,
					 CHECK_WARN);
		check_one(k, &next, kernel_changed, initrd_changed);
		return;
	}
	check_add(k, k->going ? CHECK_BAD : check_unknown(k), AREA,
		  "kernel-unknown", "next kernel",
		  "load it with holdfast load, which checks it",
		  "one is loaded, but not by holdfast load: how it was loaded and its command line cannot be seen");
}

void check_next(struct check *k, struct cli_next *next)
{
	if (next->given)
		check_one(k, next, 0, 0);
	else if (k->loaded)
		check_loaded(k);
	else
		check_add(k, check_duty(k), AREA, "kernel-none",
			  "next kernel",
			  "say --kernel FILE, or holdfast load it",
			  "none is loaded and none was named, so that none was checked");
}
