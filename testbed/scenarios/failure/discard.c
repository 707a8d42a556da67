// SPDX-License-Identifier: GPL-2.0-or-later
/* Nobody wants the devices: the session is discarded */
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-discard-bound", pci_find(ID_NVME, 0));
	update_preserve("holdfast-discard-unbound", pci_find(ID_EDU, 0));
	update_go();
}

static void second(void)
{
	struct owner o;

	update_recall();
	update_check_guarded();
	pci_bind(updates[0].owner.bdf, "vfio-pci");
	update_sessions();
	mark(MARK_USER);
	for (int i = 0; i < update_count; i++) {
		struct update *u = &updates[i];

		CHECK_ERR(luo_finish(u->session_fd), 16);
		CHECK_OK(luo_discard(u->session_fd));
		pci_check_state(u->owner.bdf, "none");
		pci_check_state(pci_parent(u->owner.bdf), "none");
	}
	mark(MARK_USER + 1);
	for (int i = 0; i < update_count; i++) {
		owner_open(&o, updates[i].owner.bdf);
		owner_check(&o);
		owner_close(&o);
	}
}

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 2, MARK_USER, 2, MARK_USER + 1);
	const struct pci_function *f = pci_function_by_id(ev, ID_NVME, 0);

	if (f)
		expect_resets(ev, s, f->bdf, "nvme", 1);
	f = pci_function_by_id(ev, ID_EDU, 0);
	if (f)
		expect_resets(ev, s, f->bdf, "edu", 1);
}

SCENARIO(discard) = {
	.name = "failure/discard",
	.proves = "devices nobody retrieves are reset, forgotten and usable",
	.devices = STRINGS(ONE(NVME, 1), ONE(EDU, 2)),
	.stage = { first, second },
	.leaks = 1,
	.judge = judge,
};
