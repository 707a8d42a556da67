// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Negative test of systemd/reboot: after "holdfast unload" the same reboot goes through the
 * firmware, which ends this machine, and the service ends as it always did.
 */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "service.h"
#include "system.h"
#include "tool.h"
#include "vmm.h"

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0);

	service_enable(SERVICE, bdf, "0");
	service_arm(bdf);
	tool_run(0, STRINGS(""), TOOL("unload"));
	tool_run(0, STRINGS("armed: no"), TOOL("status"));
	system_leave(SYSTEMCTL("reboot"));
}

/* Never run */
static void second(void)
{
}

SCENARIO(systemd_disarmed) = {
	.name = "systemd/disarmed-negative",
	.proves = "mirror: systemctl reboot after holdfast unload is a cold one",
	SERVICE_SCENARIO,
	.stage = { first, second },
	.expect = OUTCOME_NO_VERDICT,
	.expect_text = "kernels seen: 1",
};
