// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tiny VMM without any privilege: session, device and iommufd are passed in
 * the first kernel, and the session alone in the second, where all else is in
 * it. Who passed the session keeps it in between.
 */
#include <stdlib.h>
#include <unistd.h>

#include "continuity.h"
#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "vfio.h"
#include "vmm.h"

#define NOBODY	65534

static struct program vmm = { .uid = NOBODY };

static void pass(int n, const char *name, int fd)
{
	vmm.files[n] = name;
	vmm.fds[n] = fd;
}

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	vmm_pass_session(&vmm, CHECK_OK(luo_create(VMM_SESSION)));
	pci_bind(bdf, "vfio-pci");
	pass(1, "iommu", CHECK_OK(iommufd_open()));
	pass(2, "device", CHECK_OK(vfio_cdev_open(bdf)));
	vmm_start(&vmm, VMM_ARGS("-v", bdf), 0);
	close(vmm.fds[1]);
	close(vmm.fds[2]);
	CHECK(program_said(&vmm, "was passed to be filled"),
	      "it did not take the session it was passed");
	vmm_check_works(&vmm);
	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 1);
	vmm_leave(&vmm);
	pci_check_state(bdf, "preserved");
	kexec_next();
}

static void second(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	/* As a rule of the system does for preserved devices */
	pci_bind(bdf, "vfio-pci");
	vmm_pass_session(&vmm, vmm_find_session());
	vmm_take_back(&vmm, bdf);
}

SCENARIO(vmm_unprivileged) = {
	.name = "vmm/unprivileged",
	.proves = "with files passed to it the tiny VMM needs no privilege",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.stage = { first, second },
	.judge = judge_running,
	.time_limit = 120,
};
