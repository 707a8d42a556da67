// SPDX-License-Identifier: GPL-2.0-or-later
/* A kernel that is to come back from the next one cannot have a live update */
#include <linux/kexec.h>

#include "running/outlive.h"
#include "raw.h"

static void first(void)
{
	struct running *r = outlive_start();

	CHECK_OK(raw_load_page(KEXEC_PRESERVE_CONTEXT));
	running_preserve(r, "holdfast-jump");
	outlive_refused(r, kexec_reboot(), ENOEXEC);
	running_prepare();
	running_go();
}

static void judge(struct evidence *ev)
{
	outlive_judge(ev);
	if (log_count(ev, 1, "Session \\[holdfast-jump\\] does not outlive a kexec that preserves the context") != 1)
		complain(ev, "log: no reason for the refusal");
}

SCENARIO(jump) = {
	.name = "kexec/jump",
	.proves = "a kexec that preserves the context is refused while DMA continues",
	.variants = "debug",
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.stage = { first, outlive_take_back },
	.judge = judge,
	.time_limit = 120,
};
