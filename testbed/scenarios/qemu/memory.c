// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest of a real QEMU without devices goes from kernel to kernel */
#include "judgenested.h"
#include "kexec.h"
#include "log.h"
#include "marker.h"
#include "qemu.h"
#include "scenario.h"

static struct nested guest;

static void first(void)
{
	qemu_prepare();
	qemu_run(&guest, qemu_args("kvm", "none", NULL));
	nested_look(&guest, "boot", QEMU_SECONDS);
	nested_look(&guest, "boot", 60);
	kexec_prepare(NULL);
	qemu_update(&guest);
	kexec_next();
}

static void second(void)
{
	qemu_prepare();
	qemu_run(&guest, qemu_args("kvm", "none", NULL));
	nested_look(&guest, "boot", QEMU_SECONDS);
	mark(MARK_FINISHED);
	for (int i = 0; i < 3; i++)
		nested_look(&guest, "boot", 60);
}

SCENARIO(qemu_memory) = {
	.name = "qemu/memory",
	.proves = "a QEMU guest without devices goes on in the next kernel of its host",
	QEMU_SCENARIO,
	.time_limit = 300,
	.stage = { first, second },
	.judge = judge_nested,
};
