// SPDX-License-Identifier: GPL-2.0-or-later
/* A later kernel may add to its records what this one does without */
#include "running/outlive.h"

static void first(void)
{
	struct running *r = outlive_start();

	running_preserve(r, "holdfast-optional");
	running_prepare();
	running_go();
}

static void judge(struct evidence *ev)
{
	if (!log_count(ev, 1, "mirror: optional flags"))
		complain(ev, "the first kernel set no optional flags");
	outlive_judge(ev);
}

SCENARIO(optional_flags) = {
	.name = "versions/optional-flags",
	.proves = "a kernel ignores optional flags of records that it does not know",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=optional-flags" },
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.stage = { first, outlive_take_back },
	.judge = judge,
};
