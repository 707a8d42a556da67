// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host without virtual functions can go back to a kernel that knows nothing of them:
 * entries are of the newest format only while a virtual function is preserved.
 */
#include <errno.h>

#include "declaration.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vf.h"
#include "witness.h"

/* The format before that with virtual functions */
#define NO_VFS	2

static void preserve_vf(struct running *r)
{
	vf_start(r, vf_start_pf(pci_find(ID_IGB, 0), "pci-pf-stub"), 0);
	running_preserve(r, VF_SESSION);
}

/* The image says what it reads. It is the next kernel, whatever it says */
static void image_first(void)
{
	struct running *r = &running[0];

	preserve_vf(r);
	kexec_prepare_declared(PCI, NO_VFS, "");
	CHECK_ERR(kexec_reboot_quietly(), ENOEXEC);
	running_give_up();
	running_close(r);
	CHECK_OK(pci_attr_write(pci_find(ID_IGB, 0), "sriov_numvfs", "0"));
	update_preserve("holdfast-no-vfs", pci_find(ID_E1000E, 0));
	update_prepare(NULL);
	kexec_prepare_declared(PCI, NO_VFS, "");
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

static void image_judge(struct evidence *ev)
{
	judge_updates(ev);
	if (log_count(ev, 1, "it reads another format of the PCI state") != 1)
		complain(ev, "log: not one line for the refused image");
}

SCENARIO(image_vfs) = {
	.name = "versions/image-vfs",
	.proves = "an image that knows no virtual functions is refused only while one is preserved",
	.devices = STRINGS(ONE(IGB, 1), ONE(E1000E, 2)),
	.shared_memory = 1,
	.stage = { image_first, update_take_back },
	.judge = image_judge,
};

/* A kernel that really reads no more; without the protections that judges look at */
static void back_first(void)
{
	update_preserve("holdfast-no-vfs", pci_find(ID_E1000E, 0));
	update_go();
}

SCENARIO(back_without_vfs) = {
	.name = "versions/no-vfs",
	.proves = "a kernel of the PCI format before takes devices over if no virtual function is preserved",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.cmdline = { "", "mirror=pci-oldest" },
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { back_first, update_take_back },
};

static void vfs_first(void)
{
	preserve_vf(&running[0]);
	running_prepare();
	running_go();
}

static void vfs_never(void)
{
	FAIL("the kernel came up with entries that it cannot read");
}

static void vfs_judge(struct evidence *ev)
{
	if (log_count(ev, 2, "the previous kernel wrote version 3 with flags 0x0, this one reads versions 2 to 2$") != 1)
		complain(ev, "log: kernel 2 does not say what it cannot read");
}

SCENARIO(back_with_vfs) = {
	.name = "versions/vfs",
	.proves = "a kernel of the PCI format before stops if a virtual function is preserved",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.cmdline = { "", "mirror=pci-oldest" },
	.devices = STRINGS(ONE(IGB, 1)),
	.shared_memory = 1,
	.stage = { vfs_first, vfs_never },
	.judge = vfs_judge,
	.expect = OUTCOME_NO_VERDICT,
	.expect_text = "Kernel panic - not syncing: PCI: liveupdate: cannot read what",
};
