// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the verb "demo" runs: the tiny VMM receives on a NIC, or on a virtual
 * function of one, and a new kernel comes below it.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "demostory.h"
#include "igb.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "receiver.h"
#include "scenario.h"
#include "vf.h"
#include "vfio.h"
#include "watch.h"

#define SESSION	"receiver"
#define STUB	"pci-pf-stub"
#define RATE	1000	/* packets a second */
#define IDLE	3	/* seconds of traffic before anything happens */
#define TOTAL	10	/* seconds of it at least */
#define AFTER	2	/* seconds of it in the new kernel, at least */
#define LIMIT	1.0	/* seconds without a packet, on a busy host */

static struct receiver receiver;

static void receive_and_go(const char *bdf)
{
	receiver_watch(&receiver);
	watch_start();
	traffic_start(RATE, RECEIVE_PLACES(receiver.ring.n));
	mark(DEMO_TRAFFIC);
	sleep(IDLE);

	mark(DEMO_PRESERVE);
	vmm_prepare(&receiver.vmm);
	vmm_check_prepared(bdf, 1);
	mark(DEMO_PRESERVED);
	kexec_prepare(NULL);
	mark(DEMO_LOADED);
	CHECK(receiver_count(&receiver) > IDLE * RATE / 2,
	      "only %u packets came", receiver_count(&receiver));
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

static void first(void)
{
	char *bdf = pci_find(ID_E1000E, 0);

	kho_count("before");
	say("demo: device e1000e");
	receiver_start(&receiver, bdf, SESSION, 0);
	receive_and_go(bdf);
}

/* Nobody has the physical function open, in neither kernel */
static void first_vf(void)
{
	char *pf = pci_find(ID_IGB, 0), *bdf;
	volatile char *bar;

	kho_count("before");
	say("demo: device VF of an igb");
	say("demo: parent %s", pf);
	bar = vf_start_pf(pf, STUB);
	bdf = pci_find(ID_IGB_VF, 0);
	receiver_start(&receiver, bdf, SESSION, 0);
	igb_feed(bar, 0);
	receive_and_go(bdf);
}

/* The driver comes first, as a rule of the system would have it */
static void bind(const char *bdf, const char *pf)
{
	char *driver = pci_driver(bdf);

	CHECK(!*driver, "%s: driver %s was bound to it", bdf, driver);
	free(driver);
	pci_check_state(bdf, "incoming");
	mark(MARK_BIND);
	if (pf)
		vf_bind_pf(STUB);
	pci_bind(bdf, "vfio-pci");
	CHECK_ERR(vfio_cdev_open(bdf), EBUSY);
	mark(MARK_RETRIEVE);
}

static void take_back_on(const char *bdf, const char *pf)
{
	unsigned int n;

	bind(bdf, pf);
	receiver_start(&receiver, bdf, SESSION, 1);
	n = receiver_count(&receiver);
	mark(MARK_FINISHED);
	say("demo: back at %u", n);
	CHECK(program_said(&receiver.vmm, "ran on"), "the device did not run on");
	pci_check_state(bdf, "none");
	if (pf)
		pci_check_state(pf, "none");

	n += AFTER * RATE;
	receiver_wait(&receiver, n > TOTAL * RATE ? n : TOTAL * RATE);
	mark(DEMO_END);
	traffic_stop();
	receiver_end(&receiver, "in all");
	CHECK_OK(pci_unbind(bdf));
	kho_count("after");
}

static void take_back(void)
{
	take_back_on(pci_find(ID_E1000E, 0), NULL);
}

static void take_back_vf(void)
{
	take_back_on(pci_find(ID_IGB_VF, 0), pci_find(ID_IGB, 0));
}

static void judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "packets");

	judge_running(ev);
	expect_all_received(ev, 2, "in all");
	expect_flow(ev, &a, span_markers(ev, 1, DEMO_TRAFFIC, 2, DEMO_END),
		    TOTAL * RATE / 2, LIMIT);
	note_gaps(ev, &a, 1, DEMO_TRAFFIC, DEMO_END);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&a);
}

SCENARIO(demo) = {
	.name = "demo/nic",
	.proves = "the live update of the demo: no packet is lost, doubled or out of place",
	.devices = STRINGS(ONE(E1000E_FED, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, take_back },
	.judge = judge,
};

SCENARIO(demo_vf) = {
	.name = "demo/vf",
	.proves = "the same live update with a virtual function",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first_vf, take_back_vf },
	.judge = judge,
};

/* While the receiver has not got its device back */
static void lose_one(void)
{
	traffic_skip();
	take_back();
}

static void lose_one_vf(void)
{
	traffic_skip();
	take_back_vf();
}

SCENARIO(demo_lost) = {
	.name = "demo/nic-negative",
	.proves = "mirror: a packet that is lost over the kexec is seen",
	.devices = STRINGS(ONE(E1000E_FED, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, lose_one },
	.judge = judge,
	.expect = OUTCOME_GUEST,
	.expect_text = " packets 1 lost, 0 doubled",
};

SCENARIO(demo_vf_lost) = {
	.name = "demo/vf-negative",
	.proves = "negative test: a packet that a virtual function loses over the kexec is seen",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first_vf, lose_one_vf },
	.judge = judge,
	.expect = OUTCOME_GUEST,
	.expect_text = " packets 1 lost, 0 doubled",
};
