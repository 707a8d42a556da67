// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices that cannot be handed over because of where or what they are */
#include <errno.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "witness.h"

static void refused(const char *bdf, const char *reason)
{
	int session = CHECK_OK(luo_create(text("holdfast-%s", bdf)));
	struct owner o;

	owner_open(&o, bdf);
	pci_check_preservable(bdf, reason);
	CHECK_ERR(luo_preserve(session, o.dev, 1), EINVAL);
	pci_check_state(bdf, "none");
	owner_check(&o);
	owner_close(&o);
}

/* In order of address: on the root bus, then behind the bridge */
static void only(void)
{
	refused(pci_find(ID_EDU, 0), "no-reset-method");
	refused(pci_find(ID_EDU, 1), "conventional-bridge");
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 1, "liveupdate: cannot be preserved: ") != 2)
		complain(ev, "log: not one line for each refused device");
}

SCENARIO(refused_paths) = {
	.name = "preserve/refused-paths",
	.proves = "a device that cannot be handed over is refused with a reason",
	.devices = STRINGS("-device", "edu,addr=3", ROOT_PORT(1),
			   "-device", "pcie-pci-bridge,id=pb,bus=rp1",
			   "-device", "edu,bus=pb,addr=1"),
	.stage = { only },
	.judge = judge,
};
