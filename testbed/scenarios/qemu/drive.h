/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest of QEMU that reads from a passed-through NVMe drive all the time */
#ifndef TESTBED_SCENARIOS_QEMU_DRIVE_H
#define TESTBED_SCENARIOS_QEMU_DRIVE_H

#include "machines.h"
#include "nested.h"
#include "pci.h"
#include "qemu.h"

/* QEMU can be started with the drive; once in each kernel. Return: its address */
static inline const char *drive_prepare(void)
{
	char *bdf = pci_find(ID_NVME, 0);

	qemu_prepare();
	pci_bind(bdf, "vfio-pci");
	return bdf;
}

static inline const char *const *drive_args(const char *bdf)
{
	return qemu_args("kvm", NESTED_DISK, qemu_vfio(bdf));
}

#endif
