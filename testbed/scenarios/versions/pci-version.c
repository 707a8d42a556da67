// SPDX-License-Identifier: GPL-2.0-or-later
/* PCI entries of a version that the new kernel does not read */
#include "versions/version.h"

static void judge_newer(struct evidence *ev)
{
	version_judge(ev, "wrote version 4 with flags 0x0, this one reads versions 2 to 3$");
}

static void judge_older(struct evidence *ev)
{
	version_judge(ev, "wrote version 2 with flags 0x0, this one reads versions 4 to 4$");
}

SCENARIO(pci_version) = {
	.name = "versions/pci-version",
	.proves = "PCI entries of a newer version stop the boot with a reason",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=pci-version mirror=any-words" },
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { version_preserve, version_never },
	.judge = judge_newer,
	.expect = OUTCOME_NO_VERDICT,
	.expect_text = CANNOT_READ,
};

SCENARIO(pci_version_older) = {
	.name = "versions/pci-version-older",
	.proves = "PCI entries of an older version stop the boot with a reason",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.cmdline = { "", "mirror=pci-version" },
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { version_preserve, version_never },
	.judge = judge_older,
	.expect = OUTCOME_NO_VERDICT,
	.expect_text = CANNOT_READ,
};
