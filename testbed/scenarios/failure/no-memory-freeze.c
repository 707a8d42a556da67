// SPDX-License-Identifier: GPL-2.0-or-later
/* The way into the kexec and back allocates nothing, and so cannot run short */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fault.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"

#define ROUNDS	3

/* Faults work in this process: a file cannot be opened without memory */
static void check_faults(void)
{
	int fd, n;

	fault_arm(1);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	n = fault_disarm();
	CHECK(fd < 0 && n, "no fault was injected into open()");
	fault_arm_all(0, 0);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	n = fault_disarm_all();
	CHECK(fd < 0 && n, "there was memory for open()");
}

/* With a last session that refuses, so that the way can be gone again */
static void freeze_in_vain(struct update *u)
{
	int ret, n;

	fault_arm(1);
	ret = raw_reboot();
	n = fault_disarm();
	CHECK(ret == -EINVAL, "with one fault: %s", err_name(ret));
	CHECK(!n, "freeze or unfreeze allocates, what fails has to be tried");

	fault_arm_all(0, 0);
	ret = raw_reboot();
	n = fault_disarm_all();
	CHECK(ret == -EINVAL, "without memory: %s", err_name(ret));
	CHECK(!n, "freeze and unfreeze asked %d times for memory", n);

	pci_check_state(u->owner.bdf, "preserved");
	CHECK(owner_is_dirty(&u->owner), "the device was reset");
}

static void first(void)
{
	struct update *u, *late;
	int event = eventfd(0, EFD_CLOEXEC);

	if (!fault_available())
		stage_skip("this kernel has no fault injection");
	fault_setup();
	u = update_preserve("holdfast-no-memory-freeze-1", pci_find(ID_E1000E, 0));
	late = update_preserve("holdfast-no-memory-freeze-2", pci_find(ID_EDU, 0));
	update_prepare(NULL);
	CHECK_OK(vfio_irq_enable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX,
				 event));
	check_faults();
	for (int i = 0; i < ROUNDS; i++)
		freeze_in_vain(u);
	owner_check(&u->owner);
	owner_check(&late->owner);
	CHECK_OK(vfio_irq_disable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX));
	update_restore_memory(u);
	update_restore_memory(late);
	CHECK_OK(kexec_reboot());
}

SCENARIO(fail_freeze) = {
	.name = "failure/no-memory-freeze",
	.proves = "freeze and unfreeze need no memory",
	.variants = "debug",
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),
	.cmdline = { "panic_on_warn=1", "panic_on_warn=1" },
	.stage = { first, update_take_back },
	.time_limit = 120,
};
