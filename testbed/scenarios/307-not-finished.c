// SPDX-License-Identifier: GPL-2.0-or-later
/* The session is retrieved but not finished, and the next kexec comes */
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"

static void first(void)
{
	update_preserve("holdfast-307", pci_find(ID_IGB, 0));
	update_go();
}

static void second(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();
	update_retrieve_all();
	owner_make_dirty(&updates[0].owner);
	kexec_next();
}

static void third(void)
{
	struct owner o;
	char *bdf = pci_find(ID_IGB, 0);

	pci_check_state(bdf, "none");
	owner_open(&o, bdf);
	CHECK(!owner_is_dirty(&o), "%s comes up with old state", bdf);
	owner_check(&o);
}

SCENARIO(not_finished) = {
	.name = "307-not-finished",
	.proves = "a kexec with an unfinished session loses it and no more",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { first, second, third },
};
