// SPDX-License-Identifier: GPL-2.0-or-later
/* A port whose ACS settings a quirk computes: QEMU has none, the mirror has */
#include <errno.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"

static void only(void)
{
	int session = CHECK_OK(luo_create("holdfast-acs-quirk"));
	char *bdf = pci_find(ID_E1000E, 0), *port = pci_find(ID_ROOT_PORT, 0);
	struct owner o;

	owner_open(&o, bdf);
	pci_check_preservable(bdf, text("%s acs-quirk", port));
	CHECK_ERR(luo_preserve(session, o.dev, 1), EINVAL);
	pci_check_state(bdf, "none");
	pci_check_state(port, "none");
	owner_check(&o);
}

SCENARIO(acs_quirk) = {
	.name = "preserve/acs-quirk",
	.proves = "a device below a port with an ACS quirk is refused",
	.variants = "prod",
	.kernels = { "mirror" },
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a")),
	.cmdline = { "mirror=quirk" },
	.stage = { only },
};
