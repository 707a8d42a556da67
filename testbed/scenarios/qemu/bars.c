// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest of QEMU whose drive has its BARs mapped, by the guest and in the address
 * space of devices, as QEMU does unless it is kept from that.
 */
#include <stdlib.h>

#include "judgenested.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "nested.h"
#include "pci.h"
#include "qemu.h"
#include "scenario.h"

#define READS	100	/* two seconds of them */

static struct nested guest;

static void run(void)
{
	char *bdf = pci_find(ID_NVME, 0);
	char *device = text("vfio-pci,host=%s,iommufd=iommufd0,id=dev0,bus=rp0,rombar=0",
			    bdf);

	qemu_prepare();
	pci_bind(bdf, "vfio-pci");
	mark(MARK_RETRIEVE);
	qemu_run(&guest, qemu_args("kvm", NESTED_DISK,
				   STRINGS("-object", "iommufd,id=iommufd0",
					   "-device", "pcie-root-port,id=rp0",
					   "-device", device)));
	nested_work(&guest, "disk ", READS, QEMU_SECONDS);
	mark(MARK_FINISHED);
	pci_check_state(bdf, "none");
	CHECK_EQ(nested_number(&guest, "bad "), 0);
	free(device);
}

static void first(void)
{
	run();
	kexec_prepare(NULL);
	qemu_update(&guest);
	say("running %s in QEMU", pci_find(ID_NVME, 0));
	kexec_next();
}

SCENARIO(qemu_bars) = {
	.name = "qemu/bars",
	.proves = "a QEMU guest that maps the registers of its passed-through drive survives a kexec of its host",
	.devices = STRINGS(ONE(NVME_50, 1)),
	QEMU_SCENARIO,
	.disk = 1,
	.time_limit = 400,
	.stage = { first, run },
	.judge = judge_nested_running,
};
