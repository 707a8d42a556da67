// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A reset below a port with native hot-plug takes the link down for a moment, which
 * looks like a removal.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-hotplug-port", pci_find(ID_XHCI, 0));
	update_preserve("holdfast-hotplug-port", pci_find(ID_E1000E, 0));
	update_go();
}

/* Another one if the device was removed and found again */
static ino_t inode(const char *bdf)
{
	char *path = text("/sys/bus/pci/devices/%s/", bdf);
	struct stat st;

	CHECK(!stat(path, &st), "%s: %s", path, strerror(errno));
	free(path);
	return st.st_ino;
}

static void second(void)
{
	ino_t before[2];
	struct owner o;

	update_recall();
	update_bind();
	update_sessions();
	for (int i = 0; i < 2; i++)
		before[i] = inode(updates[i].owner.bdf);
	CHECK_OK(luo_discard(updates[0].session_fd));
	sleep(1);
	for (int i = 0; i < 2; i++) {
		const char *bdf = updates[i].owner.bdf;

		CHECK(inode(bdf) == before[i], "%s: removed and found again",
		      bdf);
		pci_check_state(bdf, "none");
		owner_open(&o, bdf);
		owner_check(&o);
		owner_close(&o);
	}
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 0, "pciehp: Slot\\([^)]*\\): "))
		complain(ev, "log: the hot-plug driver took a reset for an event");
}

SCENARIO(hotplug_port) = {
	.name = "failure/hotplug-port",
	.proves = "resets at shutdown and at discard remove nothing below a hot-plug port",
	.devices = STRINGS(ONE(XHCI, 1), ONE(E1000E, 2), HOTPLUG_NATIVE),
	.stage = { first, second },
	.judge = judge,
};
