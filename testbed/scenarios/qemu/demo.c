// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What "demo --qemu" runs: a Linux guest of QEMU receives on a NIC that is passed
 * through to it, and a new kernel comes below both. Numbered frames come all the
 * time; none may be missing.
 */
#include <string.h>

#include "demostory.h"
#include "igb.h"
#include "judgenested.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "nested.h"
#include "pci.h"
#include "qemu.h"
#include "scenario.h"
#include "vf.h"
#include "watch.h"

#define RATE	100	/* frames a second */
#define FRAMES	300	/* three seconds of them */
#define STUB	"pci-pf-stub"

static struct nested guest;

static void run(const char *bdf)
{
	pci_bind(bdf, "vfio-pci");
	mark(MARK_RETRIEVE);
	qemu_run(&guest, qemu_args("kvm", NESTED_NET, qemu_vfio(bdf)));
	nested_look(&guest, "net ", QEMU_SECONDS);
}

/* Frames come; then the host goes to its next kernel */
static void receive_and_go(const char *bdf)
{
	traffic_start(RATE, NESTED_PLACES);
	mark(DEMO_TRAFFIC);
	nested_work(&guest, "net ", FRAMES, QEMU_SECONDS);
	kexec_prepare(NULL);
	mark(DEMO_PRESERVE);
	qemu_update(&guest);
	mark(DEMO_PRESERVED);
	say("running %s in %s", bdf, QEMU_NAME);
	kexec_next();
}

static void first(void)
{
	char *bdf = pci_find(ID_IGB, 0);

	say("demo: device igb");
	qemu_prepare();
	run(bdf);
	receive_and_go(bdf);
}

/* Nobody has the physical function open, in neither kernel */
static void first_vf(void)
{
	char *pf = pci_find(ID_IGB, 0), *bdf;
	volatile char *bar;

	qemu_prepare();
	bar = vf_start_pf(pf, STUB);
	bdf = pci_find(ID_IGB_VF, 0);
	run(bdf);
	/* The guest's driver has reset it */
	igb_feed(bar, 0);
	receive_and_go(bdf);
}

/* What the host sent last has to come, too */
static void take_back_on(const char *bdf)
{
	unsigned long long seen;

	run(bdf);
	mark(MARK_FINISHED);
	pci_check_state(bdf, "none");
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

static void second(void)
{
	qemu_prepare();
	take_back_on(pci_find(ID_IGB, 0));
}

static void second_vf(void)
{
	qemu_prepare();
	vf_bind_pf(STUB);
	take_back_on(pci_find(ID_IGB_VF, 0));
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

SCENARIO(qemu_vf) = {
	.name = "qemu/vf",
	.proves = "the same of a virtual function of the NIC",
	QEMU_DEMO,
	.stage = { first_vf, second_vf },
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
