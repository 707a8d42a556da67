// SPDX-License-Identifier: GPL-2.0-or-later
/* Built-in drivers and vfio-pci.ids do not get a preserved device */
#include <errno.h>
#include <string.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void expect_driver(const char *bdf, const char *driver)
{
	char *is = pci_driver(bdf);

	CHECK(!strcmp(is, driver), "%s: driver '%s', not '%s'", bdf, is,
	      driver);
}

static void first(void)
{
	expect_driver(pci_find(ID_NVME, 0), "nvme");
	expect_driver(pci_find(ID_NVME, 1), "nvme");
	update_preserve("holdfast-no-autoprobe", pci_find(ID_NVME, 0));
	update_preserve("holdfast-no-autoprobe", pci_find(ID_EDU, 0));
	/* Both are in one group, so it has to give up its driver for now */
	expect_driver(pci_find(ID_NVME, 2), "nvme");
	CHECK_OK(pci_unbind(pci_find(ID_NVME, 2)));
	update_preserve("holdfast-no-autoprobe", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	char *sibling = pci_find(ID_NVME, 2);

	update_recall();
	update_check_guarded();
	/* Those that are not preserved have what they always have */
	expect_driver(pci_find(ID_NVME, 1), "nvme");
	expect_driver(sibling, "nvme");
	expect_driver(pci_find(ID_EDU, 1), "vfio-pci");
	/* Asking without a name of a driver changes nothing */
	for (int i = 0; i < update_count; i++) {
		char *bdf = updates[i].owner.bdf;

		CHECK_OK(file_write("/sys/bus/pci/drivers_probe", bdf, 12));
		expect_driver(bdf, "");
		CHECK_ERR(file_write("/sys/bus/pci/drivers/vfio-pci/bind",
				     bdf, 12), 19);
		expect_driver(bdf, "");
		/* Nor does naming one that knows nothing of this */
		CHECK_ERR(pci_try_bind(bdf, "nvme"), ENXIO);
		CHECK_ERR(file_write("/sys/bus/pci/drivers/nvme/bind",
				     bdf, 12), 19);
		expect_driver(bdf, "");
	}
	/* Not while another driver has a part of its group */
	CHECK_OK(pci_unbind(sibling));
	update_bind();
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();

	/* Normal rules again */
	CHECK_OK(pci_attr_write(updates[0].owner.bdf, "driver_override",
				"\n"));
	CHECK_OK(file_write("/sys/bus/pci/drivers_probe",
			    updates[0].owner.bdf, 12));
	expect_driver(updates[0].owner.bdf, "nvme");
}

SCENARIO(no_autoprobe) = {
	.name = "kexec/no-autoprobe",
	.proves = "no driver is bound to a preserved device by itself",
	.variants = "prod debug",
	.devices = STRINGS(ONE(NVME, 1), ROOT_PORT(2),
			   "-device", "nvme,serial=y,bus=rp2",
			   ONE(EDU, 3), ONE(EDU, 4), ROOT_PORT(5),
			   "-device", "nvme,serial=z,bus=rp5,addr=0.0,multifunction=on",
			   "-device", "e1000e,romfile=,bus=rp5,addr=0.1"),
	.cmdline = { "", "vfio-pci.ids=1b36:0010,1234:11e8" },
	.stage = { first, second },
	.judge = judge_updates,
};
