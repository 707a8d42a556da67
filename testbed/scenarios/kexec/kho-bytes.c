// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept for the next kernel is there until finish, and not after it */
#include "continuity.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "watch.h"

static void first(void)
{
	char *bdf = pci_find(ID_EDU, 0);

	kho_count("before");
	update_preserve("holdfast-kho-bytes", bdf);
	kho_count("preserved");
	update_go();
}

static void second(void)
{
	update_take_back();
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	judge_plain_update(ev);
	expect_same_kho(ev, "before", "after");
	if (kho_counted(ev, "preserved") <=
	    kho_counted(ev, "before") + OWNER_MEMORY)
		complain(ev, "kho: preserving a device and its memory makes no difference");
}

SCENARIO(kho_bytes) = {
	.name = "kexec/kho-bytes",
	.proves = "after finish the state for the next kernel is empty",
	.devices = STRINGS(ONE(EDU, 1)),
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
};
