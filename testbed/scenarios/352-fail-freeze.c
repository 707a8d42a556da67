// SPDX-License-Identifier: GPL-2.0-or-later
/* Every allocation on the way into the kexec and back fails once */
#include <errno.h>
#include <linux/vfio.h>
#include <sys/eventfd.h>

#include "fault.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"

#define LIMIT	400

/*
 * With a last session that refuses, so that the way can be gone again and
 * again. An allocation that fails may but need not change the error.
 */
static void sweep(struct update *u)
{
	int fired = 1, ret, n;

	for (n = 1; fired; n++) {
		CHECK(n < LIMIT, "no end after %d sites", n);
		fault_arm(n);
		ret = kexec_reboot_quietly();
		fired = fault_disarm();
		CHECK(ret == -EINVAL || (fired && ret == -ENOMEM),
		      "site %d: %s", n, err_name(ret));
		pci_check_state(u->owner.bdf, "preserved");
		CHECK(owner_is_dirty(&u->owner), "the device was reset");
	}
	say("freeze and unfreeze: %d sites failed once", n - 2);
}

static void first(void)
{
	struct update *u, *late;
	int event = eventfd(0, EFD_CLOEXEC);

	if (!fault_available())
		stage_skip("this kernel has no fault injection");
	fault_setup();
	u = update_preserve("holdfast-352-1", pci_find(ID_E1000E, 0));
	late = update_preserve("holdfast-352-2", pci_find(ID_EDU, 0));
	update_prepare(NULL);
	CHECK_OK(vfio_irq_enable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX,
				 event));
	sweep(u);
	owner_check(&u->owner);
	owner_check(&late->owner);
	CHECK_OK(vfio_irq_disable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX));
	update_restore_memory(u);
	update_restore_memory(late);
	CHECK_OK(kexec_reboot());
}

SCENARIO(fail_freeze) = {
	.name = "352-fail-freeze",
	.proves = "a failed allocation in freeze leaves the old kernel whole",
	.variants = "debug",
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),
	.cmdline = { "panic_on_warn=1", "panic_on_warn=1" },
	.stage = { first, update_take_back },
	.time_limit = 120,
};
