// SPDX-License-Identifier: GPL-2.0-or-later
/* The reboot is refused, and then the whole update is given up */
#include <errno.h>
#include <linux/vfio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"

static void check_none(const char *bdf)
{
	pci_check_state(bdf, "none");
	pci_check_state(pci_parent(bdf), "none");
}

/* One device was frozen and unfrozen, the other one refused */
static void first(void)
{
	struct update *frozen, *busy;
	int event = eventfd(0, EFD_CLOEXEC);

	frozen = update_preserve("holdfast-given-up", pci_find(ID_E1000E, 0));
	busy = update_preserve("holdfast-given-up", pci_find(ID_NVME, 0));
	update_prepare(NULL);
	CHECK_OK(vfio_irq_enable(busy->owner.dev, VFIO_PCI_MSIX_IRQ_INDEX,
				 event));
	CHECK_ERR(kexec_reboot(), EINVAL);
	CHECK(owner_is_dirty(&frozen->owner), "the device was reset");

	close(frozen->session_fd);
	for (int i = 0; i < update_count; i++) {
		char *bdf = strdup(updates[i].owner.bdf);

		check_none(bdf);
		owner_check(&updates[i].owner);
		owner_close(&updates[i].owner);
		owner_open(&updates[i].owner, bdf);
		owner_check(&updates[i].owner);
		owner_close(&updates[i].owner);
		CHECK_OK(pci_unbind(bdf));
	}

	/* And once more for good */
	update_count = 0;
	memset(updates, 0, sizeof(updates));
	update_preserve("holdfast-given-up", pci_find(ID_E1000E, 0));
	update_preserve("holdfast-given-up", pci_find(ID_NVME, 0));
	update_go();
}

SCENARIO(given_up) = {
	.name = "kexec/given-up",
	.proves = "after a refused reboot the update can be given up or repeated",
	.devices = STRINGS(ONE(E1000E, 1), ONE(NVME, 2)),
	.stage = { first, update_take_back },
};
