// SPDX-License-Identifier: GPL-2.0-or-later
/* One device comes and goes while others stay preserved */
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"

/* The entry that is given up is not the last one, and is used again */
static void first(void)
{
	char *nvme = pci_find(ID_NVME, 0), *port = pci_parent(nvme);
	struct update *u, *between;

	update_preserve("holdfast-slots", pci_find(ID_E1000E, 0));
	between = update_preserve("holdfast-slots-between", nvme);
	update_preserve("holdfast-slots", pci_find(ID_EDU, 0));
	for (int i = 0; i < 3; i++) {
		close(between->session_fd);
		between->session_fd = -1;
		pci_check_state(nvme, "none");
		pci_check_state(port, "none");
		/* Another one takes the entry in between */
		if (i == 1) {
			u = update_preserve("holdfast-slots-other",
					    pci_find(ID_IGB, 0));
			owner_check(&u->owner);
		}
		for (int j = 0; j < update_count; j++)
			if (&updates[j] != between)
				pci_check_state(updates[j].owner.bdf,
						"preserved");
		update_preserve_owner(between, "holdfast-slots-between");
	}
	update_go();
}

SCENARIO(slots) = {
	.name = "preserve/slots",
	.proves = "one device comes and goes while others stay preserved",
	.devices = STRINGS(ONE(E1000E, 1), ONE(NVME, 2), ONE(EDU, 3),
			   ONE(IGB, 4)),
	.stage = { first, update_take_back },
	.leaks = 1,
};
