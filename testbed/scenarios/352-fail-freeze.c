// SPDX-License-Identifier: GPL-2.0-or-later
/* Every allocation on the way into the kexec fails once */
#include "fault.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define LIMIT	400

static void first(void)
{
	struct update *u;

	if (!fault_available())
		stage_skip("this kernel has no fault injection");
	fault_setup();
	u = update_preserve("holdfast-352", pci_find(ID_E1000E, 0));
	update_prepare(NULL);
	for (int n = 1; n < LIMIT; n++) {
		int ret;

		fault_arm(n);
		ret = kexec_reboot_quietly();
		CHECK(fault_disarm(), "reboot(KEXEC): %s without a fault",
		      err_name(ret));
		say("site %d: %s", n, err_name(ret));
		pci_check_state(u->owner.bdf, "preserved");
		CHECK(owner_is_dirty(&u->owner), "the device was reset");
	}
	FAIL("no end after %d sites", LIMIT);
}

SCENARIO(fail_freeze) = {
	.name = "352-fail-freeze",
	.proves = "a failed allocation in freeze leaves the old kernel whole",
	.variants = "debug",
	.devices = STRINGS(ONE(E1000E, 1)),
	.cmdline = { "panic_on_warn=1", "panic_on_warn=1" },
	.stage = { first, update_take_back },
	.time_limit = 120,
};
