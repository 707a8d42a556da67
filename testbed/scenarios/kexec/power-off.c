// SPDX-License-Identifier: GPL-2.0-or-later
/* No kexec at all: the machine is switched off with a device preserved */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"

static void only(void)
{
	update_preserve("holdfast-power-off", pci_find(ID_EDU, 0));
}

SCENARIO(power_off) = {
	.name = "kexec/power-off",
	.proves = "a shutdown with a preserved device is an ordinary one",
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { only },
};
