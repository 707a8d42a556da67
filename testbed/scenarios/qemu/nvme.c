// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest of a real QEMU keeps an NVMe drive while its host changes kernels, twice.
 * Its queue of reads is full all the time.
 */
#include "judgenested.h"
#include "kexec.h"
#include "log.h"
#include "marker.h"
#include "pci.h"
#include "qemu/drive.h"
#include "scenario.h"

#define READS	150	/* three seconds of them */

static struct nested guest;

static void run(void)
{
	const char *bdf = drive_prepare();

	mark(MARK_RETRIEVE);
	qemu_run(&guest, drive_args(bdf));
	nested_work(&guest, "disk ", READS, QEMU_SECONDS);
	mark(MARK_FINISHED);
	pci_check_state(bdf, "none");
	CHECK_EQ(nested_number(&guest, "bad "), 0);
}

static void leave(void)
{
	kexec_prepare(NULL);
	qemu_update(&guest);
	say("running %s in QEMU", pci_find(ID_NVME, 0));
	kexec_next();
}

static void first(void)
{
	run();
	leave();
}

static void last(void)
{
	run();
	nested_work(&guest, "disk ", READS, QEMU_SECONDS);
	CHECK_EQ(nested_number(&guest, "bad "), 0);
}

SCENARIO(qemu_nvme) = {
	.name = "qemu/nvme",
	.proves = "a QEMU guest reads from a passed-through drive on while its host changes kernels",
	.devices = STRINGS(ONE(NVME_50, 1)),
	QEMU_SCENARIO,
	.disk = 1,
	.time_limit = 400,
	.stage = { first, last },
	.judge = judge_nested_running,
};

SCENARIO(qemu_twice) = {
	.name = "qemu/twice",
	.proves = "a QEMU guest with a passed-through drive survives two kexecs in a row",
	.devices = STRINGS(ONE(NVME_50, 1)),
	QEMU_SCENARIO,
	.disk = 1,
	.time_limit = 600,
	.stage = { first, first, last },
	.judge = judge_nested_running,
};
