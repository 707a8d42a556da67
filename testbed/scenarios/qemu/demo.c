// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What "demo --qemu" runs: a Linux guest of QEMU receives on a NIC that is passed
 * through to it, and a new kernel comes below both. Numbered frames come all the
 * time; none may be missing.
 */
#include <string.h>

#include "demostory.h"
#include "judgenested.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "nested.h"
#include "pci.h"
#include "qemu.h"
#include "scenario.h"
#include "watch.h"

#define FRAMES	300	/* three seconds of them */

static struct nested guest;

static void run(void)
{
	char *bdf = pci_find(ID_IGB, 0);

	qemu_prepare();
	pci_bind(bdf, "vfio-pci");
	mark(MARK_RETRIEVE);
	qemu_run(&guest, qemu_args("kvm", NESTED_NET, qemu_vfio(bdf)));
	nested_work(&guest, "net ", 1, QEMU_SECONDS);
	mark(MARK_FINISHED);
	pci_check_state(bdf, "none");
}

static void first(void)
{
	say("demo: device igb");
	run();
	mark(DEMO_TRAFFIC);
	nested_work(&guest, "net ", FRAMES, QEMU_SECONDS);
	kexec_prepare(NULL);
	mark(DEMO_PRESERVE);
	qemu_update(&guest);
	mark(DEMO_PRESERVED);
	say("running %s in %s", pci_find(ID_IGB, 0), QEMU_NAME);
	kexec_next();
}

/* What the host sent last has to come, too */
static void second(void)
{
	unsigned long long seen;

	run();
	nested_work(&guest, "net ", FRAMES, QEMU_SECONDS);
	mark(DEMO_END);
	traffic_stop();
	do {
		seen = nested_number(&guest, "net ");
		nested_look(&guest, "net ", 60);
	} while (nested_number(&guest, "net ") != seen);
	say("received in all: %s", strstr(guest.line, "net ") + strlen("net "));
	CHECK_EQ(nested_number(&guest, "lost "), 0);
	CHECK_EQ(nested_number(&guest, "doubled "), 0);
	CHECK_EQ(nested_number(&guest, "damaged "), 0);
}

static void judge(struct evidence *ev)
{
	struct arrivals a = received_of(ev);
	struct flow gap = flow_of(ev, &a, span_gap(ev, 1));

	judge_nested_running(ev);
	expect_all_received(ev, 2, "in all");
	remark(ev, "packets: %zu came while no program ran", gap.n);
	if (!gap.n)
		complain(ev, "packets: none came while no program ran");
	arrivals_free(&a);
}

#define QEMU_DEMO \
	.devices = STRINGS(ONE(IGB_FED, 1)), \
	QEMU_SCENARIO, \
	.shared_memory = 1, \
	.time_limit = 400, \
	.traces = RECEIVE_TRACES, \
	.judge = judge

SCENARIO(qemu_demo) = {
	.name = "qemu/demo",
	.proves = "a QEMU guest misses no frame of its NIC while its host changes kernels",
	QEMU_DEMO,
	.stage = { first, second },
};

/* While the guest has not got its device back */
static void lose_one(void)
{
	traffic_skip();
	second();
}

SCENARIO(qemu_demo_lost) = {
	.name = "qemu/demo-lost",
	.proves = "negative test: a frame that is lost while no guest runs is seen",
	QEMU_DEMO,
	.stage = { first, lose_one },
	.expect = OUTCOME_GUEST,
	.expect_text = "lost ",
};
