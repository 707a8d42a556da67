// SPDX-License-Identifier: GPL-2.0-or-later
/* A preserved bridge has lost its bus numbers on the way */
#include <errno.h>
#include <linux/pci_regs.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-lost-buses-lost", pci_find(ID_E1000E, 0));
	update_go();
}

/* Nothing below it is scanned until its session has ended */
static void second(void)
{
	struct update *u = &updates[0];
	char *port = pci_find(ID_ROOT_PORT, 0);
	struct owner o;

	update_recall();
	CHECK(!pci_exists(u->owner.bdf), "%s was found", u->owner.bdf);
	pci_check_state(port, "incoming");
	CHECK_OK(file_write("/sys/bus/pci/rescan", "1", 1));
	CHECK(!pci_exists(u->owner.bdf), "%s was found by a rescan",
	      u->owner.bdf);
	CHECK_EQ(pci_count(ID_E1000E), 0);

	update_sessions();
	CHECK_ERR(luo_retrieve(u->session_fd, u->token + 1), ENODEV);
	CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	CHECK_OK(luo_discard(u->session_fd));
	pci_check_state(port, "none");

	/* Its windows are only set up if the port itself is found anew */
	CHECK_OK(pci_attr_write(port, "remove", "1"));
	CHECK_OK(pci_wait(port, 0, 5));
	CHECK_OK(file_write("/sys/bus/pci/rescan", "1", 1));
	owner_open(&o, pci_wait_for(ID_E1000E, 5));
	owner_check(&o);
	owner_close(&o);
	CHECK(pci_read(port, PCI_SECONDARY_BUS, 1), "%s has no bus", port);
}

static void judge(struct evidence *ev)
{
	if (!log_count(ev, 2, "liveupdate: lost its bus numbers \\(now \\[bus 00-00\\]\\)"))
		complain(ev, "log: kernel 2 does not say what was lost");
}

SCENARIO(lost_buses) = {
	.name = "failure/lost-buses",
	.proves = "a device below a bridge without bus numbers can be given up",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=lost-buses" },
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, second },
	.judge = judge,
};
