// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices die while the old kernel resets them: their slots lose power. One reset
 * takes 100 ms and they begin one after the other, so that at least one is hit.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define LIMIT	10	/* seconds */
#define WAITING	"hf: the kernel shuts down"

/*
 * The power controllers of the root ports 00:11.0 to 00:13.0 are in the upper byte
 * of their slot control registers at 0x6c. Nobody else may write there: the guest
 * does not while the ports are used.
 */
#define HMP(command) \
	"{\"execute\":\"human-monitor-command\"," \
	"\"arguments\":{\"command-line\":\"" command "\"}}\n"
#define SLOT_OFF(address) \
	HMP("o/4 0xcf8 " address) HMP("o/1 0xcfd 0x15")
#define POWER_OFF \
	"{\"execute\":\"stop\"}\n" \
	SLOT_OFF("0x8000886c") SLOT_OFF("0x8000906c") SLOT_OFF("0x8000986c") \
	"{\"execute\":\"cont\"}"

#define DEAD	3

static void first(void)
{
	const char *last = NULL;

	update_preserve("holdfast-alive", pci_find(ID_E1000E, 0));
	for (int i = 0; i < DEAD; i++)
		last = update_preserve("holdfast-dead",
				       pci_find(ID_IGB, i))->owner.bdf;
	CHECK(!strcmp(pci_parent(last), "0000:00:13.0"),
	      "%s: its root port is elsewhere", last);
	update_prepare(NULL);
	if (!fork()) {
		/* The first of them to be shut down */
		while (!pci_attr_is(last, "liveupdate/state", "frozen"))
			;
		ask_host("power-off");
		for (;;) {
			say("the kernel shuts down");
			sleep(1);
		}
	}
	CHECK_OK(kexec_reboot());
}

static void second(void)
{
	int fd;

	update_recall();
	for (int i = 1; i <= DEAD; i++)
		CHECK(!pci_exists(updates[i].owner.bdf), "%s is back",
		      updates[i].owner.bdf);
	update_count = 1;
	update_bind();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();

	fd = CHECK_OK(luo_retrieve_session("holdfast-dead"));
	for (int i = 1; i <= DEAD; i++) {
		close(CHECK_OK(luo_retrieve(fd, updates[i].token)));
		CHECK_ERR(luo_retrieve(fd, updates[i].token + 1), ENODEV);
	}
	CHECK_OK(luo_discard(fd));
}

static void judge(struct evidence *ev)
{
	int n = log_count(ev, 1, WAITING);

	if (!log_count(ev, 1, "not ready .* giving up"))
		complain(ev, "log: no device was waited for");
	if (n > LIMIT)
		complain(ev, "log: the old kernel took %d s to shut down", n);
	/* Its neighbour was reset in time */
	expect_resets(ev, span_gap_old(ev, 1), "04:00.0", "e1000e", 1);
	expect_resets(ev, span_gap_new(ev, 1), "04:00.0", "e1000e", 0);
}

SCENARIO(reset_hangs) = {
	.name = "failure/reset-hangs",
	.proves = "a device that never comes back from its reset does not hold up the kexec",
	.devices = STRINGS(ONE(IGB, 1), ONE(IGB, 2), ONE(IGB, 3),
			   ONE(E1000E, 4)),
	.actions = (const struct host_action[]){
		{ "power-off", POWER_OFF },
		{ 0 },
	},
	.stage = { first, second },
	.judge = judge,
	.time_limit = 240,
};
