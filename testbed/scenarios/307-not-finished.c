// SPDX-License-Identifier: GPL-2.0-or-later
/* The session is retrieved but not finished, and the next kexec comes */
#include <linux/pci_regs.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static int is_master(const char *bdf)
{
	return !!(pci_read(bdf, PCI_COMMAND, 2) & PCI_COMMAND_MASTER);
}

static void first(void)
{
	update_preserve("holdfast-307", pci_find(ID_IGB, 0));
	update_go();
}

static void second(void)
{
	const char *bdf;

	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();
	update_retrieve_all();
	bdf = updates[0].owner.bdf;
	CHECK(is_master(bdf), "%s: its owner has no DMA", bdf);
	kexec_next();
}

/* A device like any other that was in use when a kexec came */
static void third(void)
{
	struct owner o;
	char *bdf = pci_find(ID_IGB, 0);

	pci_check_state(bdf, "none");
	pci_check_state(pci_parent(bdf), "none");
	CHECK(!is_master(bdf), "%s: was left free to do DMA", bdf);
	mark(MARK_USER);
	owner_open(&o, bdf);
	owner_check(&o);
}

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 3, MARK_USER, 3, MARK_END);
	int n = count_resets(ev, s, "igb");

	/* That it was reset on its way into kernel 2 must not count any more */
	if (n != 1)
		complain(ev, "reset: igb saw %d resets when it was opened", n);
}

SCENARIO(not_finished) = {
	.name = "307-not-finished",
	.proves = "a kexec with an unfinished session loses it, and stops DMA",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { first, second, third },
	.judge = judge,
};
