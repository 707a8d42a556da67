// SPDX-License-Identifier: GPL-2.0-or-later
/* A kexec with a device that sleeps is refused and changes nothing */
#include <errno.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

static void first(void)
{
	struct update *u = update_preserve("holdfast-freeze-power",
					   pci_find(ID_E1000E, 0));

	update_prepare(NULL);
	CHECK_OK(vfio_set_power(u->owner.dev, 3));
	CHECK_ERR(kexec_reboot(), EINVAL);
	CHECK_OK(vfio_set_power(u->owner.dev, 0));
	owner_check(&u->owner);
	update_restore_memory(u);
	CHECK_OK(kexec_reboot());
}

static void judge(struct evidence *ev)
{
	judge_updates(ev);
	if (log_count(ev, 1, "liveupdate: cannot be frozen: .*D3hot") != 1)
		complain(ev, "log: not one line for the refusal");
}

SCENARIO(freeze_power) = {
	.name = "kexec/freeze-power",
	.proves = "kexec with a sleeping device is refused, then goes through",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, update_take_back },
	.judge = judge,
};
