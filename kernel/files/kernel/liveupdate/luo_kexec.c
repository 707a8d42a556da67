// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can the kernel that is loaded for kexec take part in a Live Update?
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: LUO and the next kernel
 *
 * Nothing is handed over to a kernel that was loaded with kexec_load(), and
 * nothing is read by one that was started without ``kho=on`` or
 * ``liveupdate=on``. It would boot as if nothing had been preserved, free the
 * memory and take the devices. So the reboot is refused, with nothing frozen yet,
 * if files are preserved and the loaded image
 *
 * - carries no Kexec Handover data, or
 * - has a command line that turns either feature off or does not turn it on. Kexec
 *   Handover may be on by default; whether it is in the next kernel cannot be
 *   known here, so that the default of this one stands for it.
 *
 * If devices run on, it is refused as well if the command line switches the IOMMU off
 * that stands between them and memory. That kernel would stop in panic().
 *
 * A next kernel that lacks the features altogether cannot be told from one that
 * has them. The command line is looked at when the image is loaded, as it is gone
 * later; the answer is kept with the image.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kexec_handover_internal.h"
#include "luo_internal.h"

/* Same rules as early_param() with kstrtobool(): the last valid one counts. */
static void luo_kexec_parse(char *cmdline, bool *kho, bool *luo)
{
	char *param, *val;

	while (*cmdline) {
		bool *flag = NULL;

		cmdline = next_arg(skip_spaces(cmdline), &param, &val);
		if (!val && !strcmp(param, "--"))
			break;
		if (!strcmp(param, "kho"))
			flag = kho;
		else if (!strcmp(param, "liveupdate"))
			flag = luo;
		if (flag && kstrtobool(val, flag))
			pr_warn("The next kernel will not understand %s=%s\n",
				param, val ?: "");
	}
}

/**
 * luo_kexec_refusal - Would a kernel with this command line ignore a Live Update?
 * @cmdline: Command line, or NULL if there is none. Borrowed.
 *
 * Context: May sleep.
 * Return: NULL if it would not, else the reason, which is never freed.
 */
const char *luo_kexec_refusal(const char *cmdline)
{
	bool kho = IS_ENABLED(CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT);
	bool luo = false;
	char *copy;

	if (cmdline) {
		copy = kstrdup(cmdline, GFP_KERNEL);
		if (!copy)
			return "there was no memory to check its command line";
		luo_kexec_parse(copy, &kho, &luo);
		kfree(copy);
	}

	if (!luo)
		return "its command line lacks liveupdate=on";
	if (!kho)
		return "its command line lacks kho=on";

	return NULL;
}

/* Is @word in a list with commas? */
static bool luo_kexec_has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncmp(list, word, len) &&
		    (!list[len] || list[len] == ','))
			return true;
	}

	return false;
}

/**
 * luo_kexec_dma_refusal - Would a kernel with this command line stop DMA?
 * @cmdline: Command line, or NULL if there is none. Borrowed.
 *
 * Context: May sleep.
 * Return: NULL if it would not, else the reason, which is never freed.
 */
const char *luo_kexec_dma_refusal(const char *cmdline)
{
	const char *reason = NULL, *intel = NULL;
	char *copy, *pos, *param, *val;

	if (!cmdline)
		return NULL;
	copy = kstrdup(cmdline, GFP_KERNEL);
	if (!copy)
		return "there was no memory to check its command line";

	pos = copy;
	while (*pos) {
		pos = next_arg(skip_spaces(pos), &param, &val);
		if (!val && !strcmp(param, "--"))
			break;
		if (!strcmp(param, "iommu") && luo_kexec_has_word(val, "off"))
			reason = "its command line has iommu=off, but devices run on";
		else if (!strcmp(param, "acpi") && luo_kexec_has_word(val, "off"))
			reason = "its command line has acpi=off, but devices run on";
		else if (!strcmp(param, "intel_iommu") &&
			 luo_kexec_has_word(val, "off"))
			intel = "its command line has intel_iommu=off, but devices run on";
		else if (!strcmp(param, "intel_iommu") &&
			 luo_kexec_has_word(val, "on"))
			intel = NULL;
	}
	kfree(copy);

	return reason ?: intel;
}

/**
 * luo_kexec_check - Can the loaded image take over what is preserved?
 *
 * Context: Called from the reboot path with the kexec lock held.
 * Return: 0 if it can as far as is known, -ENOEXEC if it cannot.
 */
int luo_kexec_check(void)
{
	const char *reason = kexec_image->kho.refusal;

	if (!reason && luo_dma_outgoing())
		reason = kexec_image->kho.dma_refusal;
	if (!kexec_image->kho.fdt)
		reason = "it was not loaded with kexec_file_load()";
	if (!reason)
		return 0;

	pr_err("The next kernel cannot take over what is preserved: %s. Load it again, or close the sessions\n",
	       reason);
	return -ENOEXEC;
}
