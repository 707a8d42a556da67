// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel refuses an update after QEMU has handed its guest over: the name of the
 * session is taken.
 */
#include <unistd.h>

#include "judgenested.h"
#include "log.h"
#include "luo.h"
#include "pci.h"
#include "qemu/drive.h"
#include "scenario.h"

#define READS	100	/* two seconds of them */
#define BUSY	5	/* exit status */

static struct nested guest;

/* It reads on, and nothing of it is in a session */
static void goes_on(const char *bdf)
{
	nested_work(&guest, "disk ", READS, QEMU_SECONDS);
	CHECK_EQ(nested_number(&guest, "bad "), 0);
	pci_check_state(bdf, "none");
}

static void first(void)
{
	const char *bdf = drive_prepare();
	int session;

	qemu_run(&guest, drive_args(bdf));
	goes_on(bdf);
	session = CHECK_OK(luo_create("holdfast-qemu-" QEMU_NAME));
	qemu_tool(BUSY, STRINGS("\"state\":\"refused\"", "session-name-taken"),
		  QEMU("update", "--json", "--name", QEMU_NAME));
	goes_on(bdf);
	close(session);
	qemu_update(&guest);
	pci_check_state(bdf, "preserved");
}

SCENARIO(qemu_late) = {
	.name = "qemu/late",
	.proves = "a QEMU guest continues with its drive when the kernel refuses its update, and can be updated afterwards",
	.devices = STRINGS(ONE(NVME_50, 1)),
	QEMU_SCENARIO,
	.disk = 1,
	.time_limit = 300,
	.stage = { first },
	.judge = judge_nested,
};
