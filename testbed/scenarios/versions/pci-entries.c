// SPDX-License-Identifier: GPL-2.0-or-later
/* PCI entries that are damaged, in each way that can be noticed */
#include "versions/version.h"

static void judge_flags(struct evidence *ev)
{
	version_judge(ev, "0000:[0-9a-f:.]+: damaged entry \\(flags 0x80[01], count 1, running 0\\)$");
}

static void judge_twice(struct evidence *ev)
{
	version_judge(ev, "0000:ff:00.0: more than one entry$");
}

static void judge_address(struct evidence *ev)
{
	version_judge(ev, "no preserved page at 0x[0-9a-f]+8$");
}

SCENARIO(pci_entry_flags) = {
	.name = "versions/pci-entry-flags",
	.proves = "a PCI entry with unknown flags stops the boot with a reason",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=entry-flags" },
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { version_preserve, version_never },
	.judge = judge_flags,
	.expect = OUTCOME_NO_VERDICT,
	.expect_text = CANNOT_READ,
};

SCENARIO(pci_entry_twice) = {
	.name = "versions/pci-entry-twice",
	.proves = "two PCI entries for one device stop the boot with a reason",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=entry-twice" },
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { version_preserve, version_never },
	.judge = judge_twice,
	.expect = OUTCOME_NO_VERDICT,
	.expect_text = CANNOT_READ,
};

SCENARIO(pci_entry_address) = {
	.name = "versions/pci-entry-address",
	.proves = "PCI entries at a bad address stop the boot with a reason",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=entry-address" },
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { version_preserve, version_never },
	.judge = judge_address,
	.expect = OUTCOME_NO_VERDICT,
	.expect_text = CANNOT_READ,
};
