// SPDX-License-Identifier: GPL-2.0-or-later
/* Next kernels that could not take a running device over */
#include "running/outlive.h"
#include "raw.h"

static void first(void)
{
	struct running *r = outlive_start();
	static const char *const words[] = {
		"console=ttyS0 kho=on",
		"console=ttyS0 liveupdate=on kho=off",
		"console=ttyS0 kho=on liveupdate=on intel_iommu=off",
		"console=ttyS0 kho=on liveupdate=on intel_iommu=on,off",
		"console=ttyS0 kho=on liveupdate=on intel-iommu=off",
		"console=ttyS0 kho=on liveupdate=on intremap=off",
		"console=ttyS0 kho=on liveupdate=on nointremap",
		"console=ttyS0 kho=on liveupdate=on iommu=off",
		"console=ttyS0 kho=on liveupdate=on acpi=off",
	};

	running_preserve(r, "holdfast-refused-images");
	/* No image at all, which the library sees before the kernel does */
	outlive_refused(r, kexec_reboot(), ENODATA);
	outlive_refused(r, raw_reboot(), EINVAL);
	CHECK_OK(raw_load_page(0));
	outlive_refused(r, kexec_reboot(), ENOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		kexec_prepare_useless(words[i]);
		outlive_refused(r, kexec_reboot(), ENOEXEC);
	}
	running_prepare();
	running_go();
}

static void judge(struct evidence *ev)
{
	outlive_judge(ev);
	if (log_count(ev, 1, "next kernel cannot take over the preserved files") != 10)
		complain(ev, "log: not one line for each refusal");
}

SCENARIO(running_images) = {
	.name = "running/refused-images",
	.proves = "a refused next kernel does not stop DMA, then another one goes through",
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.stage = { first, outlive_take_back },
	.judge = judge,
	.time_limit = 120,
};
