// SPDX-License-Identifier: GPL-2.0-or-later
/* Next kernels that would take nothing over */
#include <errno.h>
#include <stdlib.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "stage.h"
#include "update.h"
#include "witness.h"

static void refused(struct update *u, const char *what)
{
	int ret = kexec_reboot();

	CHECK(ret == -ENOEXEC, "%s: %s instead of ENOEXEC", what,
	      err_name(ret));
	pci_check_state(u->owner.bdf, "preserved");
	CHECK(owner_is_dirty(&u->owner), "%s: the device was reset", what);
	owner_check(&u->owner);
	owner_make_dirty(&u->owner);
}

static void first(void)
{
	struct update *u = update_preserve("holdfast-refused-images",
					   pci_find(ID_IGB, 0));
	static const char *const words[] = {
		"console=ttyS0 kho=on",
		"console=ttyS0 liveupdate=on kho=off",
		"console=ttyS0 kho=on liveupdate=off",
		"console=ttyS0 kho=on liveupdate=on liveupdate=0",
		"console=ttyS0 kho=on -- liveupdate=on",
	};

	CHECK_OK(raw_load_page(0));
	refused(u, "an image of kexec_load");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		kexec_prepare_useless(words[i]);
		refused(u, words[i]);
	}
	update_restore_memory(u);
	update_go();
}

static void judge(struct evidence *ev)
{
	judge_updates(ev);
	if (log_count(ev, 1, "next kernel cannot take over the preserved files") != 6)
		complain(ev, "log: not one line for each refusal");
}

SCENARIO(refused_images) = {
	.name = "kexec/refused-images",
	.proves = "a kernel that would take nothing over is refused in time",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { first, update_take_back },
	.judge = judge,
	.time_limit = 90,
};
