// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An update of a QEMU guest that is given up, before the kexec or because the kernel
 * refuses it, and one in which the first QEMU of the next kernel fails.
 */
#include <stdlib.h>

#include "judgenested.h"
#include "kexec.h"
#include "log.h"
#include "marker.h"
#include "pci.h"
#include "qemu/drive.h"
#include "scenario.h"
#include "system.h"

#define READS	100	/* two seconds of them */

#define QEMU_ONCE	"/run/qemu"	/* fails while there is ... */
#define QEMU_FAILS	"/run/fails"

static struct nested guest;

static void run(const char *const *args)
{
	mark(MARK_RETRIEVE);
	qemu_run(&guest, args);
	nested_work(&guest, "disk ", READS, QEMU_SECONDS);
	mark(MARK_FINISHED);
}

static void abort_first(void)
{
	const char *bdf = drive_prepare();

	run(drive_args(bdf));
	qemu_update(&guest);
	pci_check_state(bdf, "preserved");
	qemu_tool(0, STRINGS("goes on"), QEMU("abort", "--name", QEMU_NAME));
	pci_check_state(bdf, "none");
	nested_work(&guest, "disk ", READS, QEMU_SECONDS);
	CHECK_EQ(nested_number(&guest, "bad "), 0);
}

SCENARIO(qemu_abort) = {
	.name = "qemu/abort",
	.proves = "a QEMU guest whose update is given up goes on with its drive in the old kernel",
	.devices = STRINGS(ONE(NVME_50, 1)),
	QEMU_SCENARIO,
	.disk = 1,
	.time_limit = 300,
	.stage = { abort_first },
	.judge = judge_nested,
};

static void retry_first(void)
{
	const char *bdf = drive_prepare();

	run(drive_args(bdf));
	kexec_prepare(NULL);
	qemu_update(&guest);
	say("running %s in QEMU", bdf);
	kexec_next();
}

/* The program that stands for QEMU ends at once, but only the first time */
static void retry_second(void)
{
	const char *const *args = drive_args(drive_prepare());
	static const char script[] =
		"#!/bin/sh\n"
		"[ -e " QEMU_FAILS " ] && rm " QEMU_FAILS " && exit 1\n"
		"exec /usr/bin/qemu-system-x86_64 \"$@\"\n";

	system_write(QEMU_ONCE, script);
	system_write(QEMU_FAILS, "");
	system_run(0, STRINGS(""), SYSTEMD("/bin/chmod", "755", QEMU_ONCE));
	((const char **)args)[0] = QEMU_ONCE;
	run(args);
	CHECK(program_said(&guest.p, "before it had loaded"), "QEMU did not fail");
	CHECK_EQ(nested_number(&guest, "bad "), 0);
}

SCENARIO(qemu_retry) = {
	.name = "qemu/retry",
	.proves = "a QEMU that fails to load is started once more while its guest's drive runs on",
	.devices = STRINGS(ONE(NVME_50, 1)),
	QEMU_SCENARIO,
	.disk = 1,
	.time_limit = 400,
	.stage = { retry_first, retry_second },
	.judge = judge_nested_running,
};
