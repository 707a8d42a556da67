// SPDX-License-Identifier: GPL-2.0-or-later
/* A kernel that has live update, but was booted without it */
#include <errno.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"

static void only(void)
{
	static const char *const ids[] = { ID_E1000E, ID_EDU };

	CHECK(luo_create("holdfast-switched-off") < 0, "a session can be made");
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		char *bdf = pci_find(ids[i], 0);
		struct owner o;

		pci_check_preservable(bdf, "live-update-off");
		pci_check_state(bdf, "none");
		owner_open(&o, bdf);
		owner_check(&o);
		owner_close(&o);
		CHECK_OK(pci_attr_write(bdf, "reset", "1"));
		CHECK_OK(pci_unbind(bdf));
		CHECK_OK(pci_attr_write(bdf, "remove", "1"));
		CHECK_OK(file_write("/sys/bus/pci/rescan", "1", 1));
		CHECK_OK(pci_wait(bdf, 1, 5));
	}
}

SCENARIO(switched_off) = {
	.name = "platform/switched-off",
	.proves = "without liveupdate=on vfio-pci works and says what it lacks",
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),
	.cmdline = { "liveupdate=off" },
	.stage = { only },
};

SCENARIO(handover_off) = {
	.name = "platform/handover-off",
	.proves = "without kho=on vfio-pci works and says what it lacks",
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),
	.cmdline = { "kho=off" },
	.stage = { only },
};
