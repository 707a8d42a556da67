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
 * memory and take the devices. A kernel that reads another format stops in panic().
 * So the reboot is refused, with nothing frozen yet, if
 *
 * - files are preserved, and the loaded image carries no Kexec Handover data, has a
 *   command line that turns either feature off or does not turn it on, or declares
 *   another format of the LUO state;
 * - devices are preserved, and it declares another format of the PCI state;
 * - devices keep running, and it does not declare that it reads all that is handed
 *   over then, or its options and command line turn off what isolates these devices
 *   or select another mode of it than this kernel uses.
 *
 * &struct liveupdate_image_ser has the declaration. For an image without one the
 * defaults of this kernel stand for its own; while no device runs it need not have
 * one: the owner of an idle device or of a memfd finds out when it is not handed out
 * again.
 *
 * The declaration and the command line are looked at when the image is loaded, as
 * they are gone later; the answers are kept with the image.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/image.h>
#include <linux/kho/abi/luo.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kexec_handover_internal.h"
#include "luo_internal.h"

/**
 * struct luo_kexec_boot - How a kernel boots, by its options and command line.
 * @kho:          Kexec Handover is on.
 * @luo:          The Live Update Orchestrator is on.
 * @intel_iommu:  VT-d is on where the machine has it.
 * @scalable:     VT-d uses scalable mode where the machine has it.
 * @irq_remap:    Interrupts are remapped where the machine can.
 * @x2apic:       x2APIC mode is used where the machine has it.
 * @iommu_off:    Its command line turns all IOMMUs off.
 * @acpi_off:     Its command line hides the tables that describe them.
 */
struct luo_kexec_boot {
	bool kho;
	bool luo;
	bool intel_iommu;
	bool scalable;
	bool irq_remap;
	bool x2apic;
	bool iommu_off;
	bool acpi_off;
};

/* Match words by prefix, as their parsers do */
static void luo_kexec_words(struct luo_kexec_boot *boot, const char *param,
			    const char *val)
{
	for (; *val; val += strspn(val, ",")) {
		if (parameq(param, "intel_iommu")) {
			if (strstarts(val, "on"))
				boot->intel_iommu = true;
			else if (strstarts(val, "off"))
				boot->intel_iommu = false;
			else if (strstarts(val, "sm_on"))
				boot->scalable = true;
			else if (strstarts(val, "sm_off"))
				boot->scalable = false;
		} else if (parameq(param, "intremap")) {
			if (strstarts(val, "on"))
				boot->irq_remap = true;
			else if (strstarts(val, "off"))
				boot->irq_remap = false;
		} else if (parameq(param, "iommu")) {
			if (strstarts(val, "off"))
				boot->iommu_off = true;
		}
		val += strcspn(val, ",");
	}
}

static void luo_kexec_param(struct luo_kexec_boot *boot, const char *param,
			    const char *val)
{
	static const char * const no_remapping[] = {
		"nointremap", "noapic", "nolapic", "disableapic",
	};
	bool *flag = NULL;

	if (parameq(param, "kho"))
		flag = &boot->kho;
	else if (parameq(param, "liveupdate"))
		flag = &boot->luo;

	/* The last valid value counts, as with kstrtobool() in early_param() */
	if (flag && kstrtobool(val, flag))
		pr_warn("The next kernel will not understand %s=%s\n",
			param, val ?: "");

	for (size_t i = 0; i < ARRAY_SIZE(no_remapping); i++)
		if (parameq(param, no_remapping[i]))
			boot->irq_remap = false;
	if (parameq(param, "nox2apic"))
		boot->x2apic = false;
	if (!val)
		return;
	if (parameq(param, "acpi") && !strcmp(val, "off"))
		boot->acpi_off = true;
	luo_kexec_words(boot, param, val);
}

/* Derive how a kernel boots from its options and its command line */
static int luo_kexec_boot(struct luo_kexec_boot *boot, u32 options,
			  const char *cmdline)
{
	char *copy, *pos, *param, *val;

	*boot = (struct luo_kexec_boot) {
		.kho = options & LIVEUPDATE_IMAGE_KHO_ON,
		.intel_iommu = options & LIVEUPDATE_IMAGE_INTEL_IOMMU_ON,
		.scalable = options & LIVEUPDATE_IMAGE_INTEL_IOMMU_SM_ON,
		.irq_remap = true,
		.x2apic = true,
	};
	if (!cmdline)
		return 0;

	copy = kstrdup(cmdline, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	pos = copy;
	while (*pos) {
		pos = next_arg(skip_spaces(pos), &param, &val);
		if (!val && !strcmp(param, "--"))
			break;
		luo_kexec_param(boot, param, val);
	}
	kfree(copy);

	return 0;
}

/* Why a kernel that boots like this ignores a Live Update, or NULL */
static const char *luo_kexec_refusal(const struct luo_kexec_boot *boot)
{
	if (!boot->luo)
		return "its command line lacks liveupdate=on";
	if (!boot->kho)
		return "its command line lacks kho=on";
	return NULL;
}

/* Why a kernel that boots like this cannot keep devices running, or NULL */
static const char *luo_kexec_dma_refusal(const struct luo_kexec_boot *boot,
					 const struct luo_kexec_boot *here)
{
	const struct {
		bool stops;
		const char *reason;
	} checks[] = {
		{
			boot->iommu_off,
			"its command line has iommu=off, but devices keep running",
		},
		{
			boot->acpi_off,
			"its command line has acpi=off, but devices keep running",
		},
		{
			!boot->intel_iommu,
			"intel_iommu=off is its default or on its command line, but devices keep running",
		},
		{
			boot->scalable && !here->scalable,
			"intel_iommu=sm_on is its default or on its command line, but devices keep running in legacy mode",
		},
		{
			!boot->scalable && here->scalable,
			"intel_iommu=sm_off is its default or on its command line, but devices keep running in scalable mode",
		},
		{
			!boot->irq_remap && here->irq_remap,
			"it does not remap interrupts, but devices keep running",
		},
		{
			boot->x2apic != here->x2apic,
			"nox2apic is on its command line or on that of this kernel alone, but devices keep running",
		},
	};

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (checks[i].stops)
			return checks[i].reason;

	return NULL;
}

/**
 * struct luo_kexec_format - A format that a kernel writes and may have to read.
 * @name:    How messages call it.
 * @here:    Number of the format that this kernel writes.
 * @there:   Number of the one that the image declares, 0 if it reads none.
 * @missing: Why an image that reads none is refused.
 * @differs: Why an image that reads another one is refused.
 */
struct luo_kexec_format {
	const char *name;
	u32 here;
	u32 there;
	const char *missing;
	const char *differs;
};

/* Compare the formats that an image declares with those of this kernel */
static void luo_kexec_formats(struct kimage *image,
			      const struct liveupdate_image_ser *ser)
{
	enum { LUO, PCI };
	const struct luo_kexec_format formats[] = {
		[LUO] = { "LUO", LIVEUPDATE_IMAGE_LUO, ser->luo,
			  "it was built without LIVEUPDATE",
			  "it reads another format of the LUO state" },
		/* If it is there, luo_kexec_reads_pci() decides at reboot */
		[PCI] = { "PCI", LIVEUPDATE_IMAGE_PCI, ser->pci,
			  "it was built without PCI_LIVEUPDATE (which excludes CARDBUS), but devices keep running",
			  NULL },
		{ "IOMMU", LIVEUPDATE_IMAGE_IOMMU, ser->iommu,
		  "it was built without IOMMU_LIVEUPDATE, but devices keep running",
		  "it reads another format of the IOMMU state" },
		{ "iommufd", LIVEUPDATE_IMAGE_IOMMUFD, ser->iommufd,
		  "it was built without IOMMUFD_LIVEUPDATE, but devices keep running",
		  "it reads another format of the iommufd state" },
		{ "vfio-pci", LIVEUPDATE_IMAGE_VFIO_PCI, ser->vfio_pci,
		  "it was built without VFIO_PCI_LIVEUPDATE, but devices keep running",
		  "it reads another format of the vfio-pci state" },
		{ "interrupt remapping", LIVEUPDATE_IMAGE_VTD_IRQS,
		  ser->vtd_irqs,
		  "it was built without INTEL_IOMMU or IRQ_REMAP, but devices keep running",
		  "it reads another format of the interrupt remapping state" },
	};

	image->kho.pci_newest = ser->pci;
	image->kho.pci_oldest = ser->pci_oldest ?: ser->pci;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		const struct luo_kexec_format *f = &formats[i];
		const char *reason = f->there ? f->differs : f->missing;

		if (f->there == f->here || (i == PCI && f->there))
			continue;
		if (f->there)
			pr_warn("The loaded kernel reads format %u of the %s state, this one writes %u\n",
				f->there, f->name, f->here);

		if (i == LUO && !image->kho.refusal)
			image->kho.refusal = reason;
		if (!image->kho.dma_refusal)
			image->kho.dma_refusal = reason;
	}
}

/**
 * luo_kexec_load - Check whether an image can take over a Live Update.
 * @image: Image that is being loaded, with its file and command line in memory.
 *
 * The answers are kept in &kimage.kho: whether there will be anything to hand over
 * shows at reboot.
 *
 * Context: Called from kexec_file_load() with the kexec lock held. May sleep.
 * Return: 0, or -ENOMEM.
 */
int luo_kexec_load(struct kimage *image)
{
	struct liveupdate_image_ser ser = {
		.options = LIVEUPDATE_IMAGE_OPTIONS,
	};
	struct luo_kexec_boot here, there;
	bool declared;
	int ret;

	BUILD_BUG_ON(__builtin_strcmp(LUO_ABI_COMPATIBLE,
				      "luo-v" __stringify(LIVEUPDATE_IMAGE_LUO)));

	declared = luo_image_read(image->kernel_buf, image->kernel_buf_len,
				  &ser);
	ret = luo_kexec_boot(&here, LIVEUPDATE_IMAGE_OPTIONS,
			     saved_command_line);
	if (ret)
		return ret;
	ret = luo_kexec_boot(&there, ser.options, image->cmdline_buf);
	if (ret)
		return ret;

	image->kho.refusal = luo_kexec_refusal(&there);
	image->kho.dma_refusal = luo_kexec_dma_refusal(&there, &here);
	if (declared)
		luo_kexec_formats(image, &ser);
	else if (!image->kho.dma_refusal)
		image->kho.dma_refusal =
			"it does not declare its live update formats, but devices keep running";

	return 0;
}

/* Which format the PCI state has depends on what is in it */
static bool luo_kexec_reads_pci(const struct kimage *image)
{
	u32 version = luo_flb_outgoing_version(LIVEUPDATE_IMAGE_PCI_FLB);

	return !version || !image->kho.pci_newest ||
	       (version >= image->kho.pci_oldest &&
		version <= image->kho.pci_newest);
}

/**
 * luo_kexec_check - Check whether the loaded image can take over all preserved files.
 *
 * Context: Called from the reboot path with the kexec lock held.
 * Return: 0 if it can as far as is known, -ENOEXEC if it cannot.
 */
int luo_kexec_check(void)
{
	const char *reason = kexec_image->kho.refusal;

	if (!reason && !luo_kexec_reads_pci(kexec_image))
		reason = "it reads another format of the PCI state";
	if (!reason && luo_dma_outgoing())
		reason = kexec_image->kho.dma_refusal;
	if (!kexec_image->kho.fdt)
		reason = "it was not loaded with kexec_file_load()";
	if (!reason)
		return 0;

	pr_err("The next kernel cannot take over the preserved files: %s. Load another kernel, change its command line, or close the sessions\n",
	       reason);
	return -ENOEXEC;
}
