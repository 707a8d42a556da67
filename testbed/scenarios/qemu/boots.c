// SPDX-License-Identifier: GPL-2.0-or-later
/* The ground that scenarios of a real QEMU stand on */
#include "judgenested.h"
#include "log.h"
#include "machines.h"
#include "nested.h"
#include "pci.h"
#include "qemu.h"
#include "scenario.h"

static void first(void)
{
	struct nested n = { 0 };

	qemu_prepare();
	qemu_start(&n, qemu_args("kvm", "none", NULL));
	nested_look(&n, "boot", QEMU_SECONDS);
	nested_look(&n, "boot", 60);
}

SCENARIO(qemu_boots) = {
	.name = "qemu/boots",
	.proves = "a guest of Debian's QEMU boots on the emulated machine",
	.variants = "prod",
	.qemu = 1,
	.on_request = 1,
	.time_limit = 300,
	.stage = { first },
	.judge = judge_nested,
};

static void drive(void)
{
	char *bdf = pci_find(ID_NVME, 0);
	struct nested n = { 0 };

	qemu_prepare();
	pci_bind(bdf, "vfio-pci");
	qemu_start(&n, qemu_args("kvm", NESTED_DISK, qemu_vfio(bdf)));
	nested_work(&n, "disk ", 100, QEMU_SECONDS);
	CHECK_EQ(nested_number(&n, "bad "), 0);
}

static void nic(void)
{
	char *bdf = pci_find(ID_IGB, 0);
	struct nested n = { 0 };

	qemu_prepare();
	pci_bind(bdf, "vfio-pci");
	qemu_start(&n, qemu_args("kvm", NESTED_NET, qemu_vfio(bdf)));
	nested_work(&n, "net ", 300, QEMU_SECONDS);
	CHECK_EQ(nested_number(&n, "lost "), 0);
}

SCENARIO(qemu_drive) = {
	.name = "qemu/drive",
	.proves = "a guest of Debian's QEMU reads from a drive that is passed through",
	.devices = STRINGS(ONE(NVME_50, 1)),
	.variants = "prod",
	.qemu = 1,
	.on_request = 1,
	.disk = 1,
	.time_limit = 300,
	.stage = { drive },
	.judge = judge_nested,
};

SCENARIO(qemu_nic) = {
	.name = "qemu/nic",
	.proves = "a guest of Debian's QEMU receives on a NIC that is passed through",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.variants = "prod",
	.qemu = 1,
	.on_request = 1,
	.shared_memory = 1,
	.time_limit = 300,
	.stage = { nic },
	.judge = judge_nested,
};
