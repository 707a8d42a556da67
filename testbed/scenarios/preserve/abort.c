// SPDX-License-Identifier: GPL-2.0-or-later
/* The update is given up before the kexec */
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"

static void only(void)
{
	char *bdf = pci_find(ID_E1000E, 0), *port = pci_parent(bdf);
	struct owner o;

	owner_open(&o, bdf);
	for (int i = 0; i < 3; i++) {
		int session = CHECK_OK(luo_create("holdfast-abort"));

		CHECK_OK(luo_preserve(session, o.memfd, 1));
		CHECK_OK(luo_preserve(session, o.dev, 2));
		pci_check_state(bdf, "preserved");
		pci_check_state(port, "preserved");
		owner_check(&o);
		close(session);
		pci_check_state(bdf, "none");
		pci_check_state(port, "none");
		owner_check(&o);
	}
	owner_close(&o);
	owner_open(&o, bdf);
	owner_check(&o);
	owner_close(&o);
	CHECK_OK(pci_unbind(bdf));
	CHECK_OK(pci_attr_write(bdf, "remove", "1"));
	CHECK_OK(pci_wait(bdf, 0, 5));
	CHECK_OK(file_write("/sys/bus/pci/rescan", "1", 1));
	CHECK_OK(pci_wait(bdf, 1, 5));
}

SCENARIO(abort) = {
	.name = "preserve/abort",
	.proves = "closing the session undoes preserve, as often as it is done",
	.devices = STRINGS(ROOT_PORT(1), SWITCH(1), E1000E("up1a")),
	.stage = { only },
	.leaks = 1,
};
