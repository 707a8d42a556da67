// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The physical function has igb as its driver, with a network interface of its own. igb
 * is detached at the kexec, the virtual function keeps receiving, and the interface is
 * back once the virtual functions are gone.
 */
#include <errno.h>
#include <linux/pci_regs.h>

#include "continuity.h"
#include "igb.h"
#include "log.h"
#include "machines.h"
#include "netdev.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "unbind.h"
#include "vf.h"
#include "witness.h"

#define SENT	100

static char *preserve(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);

	vf_start_igb(pf);
	vf_start_below_igb(r, 0);
	pci_check_preservable(r->owner.bdf, NULL);
	running_preserve(r, VF_SESSION);
	pci_check_state(pf, "preserved");
	CHECK_ERR(pci_attr_write(pf, "sriov_numvfs", "0"), EBUSY);
	return pf;
}

static void feed(void)
{
	unsigned long long before = netdev_received();

	vf_feed(&running[0], VF_RATE);
	CHECK(netdev_received() > before, "the interface received nothing");
}

static void first(void)
{
	preserve();
	feed();
	running_go();
}

/* No driver would be bound that resets it */
static void check_detached(const char *pf)
{
	CHECK(pci_try_bind(pf, "igb"), "igb was bound above virtual functions");
	CHECK(!*pci_driver(pf) && !netdev_exists(), "%s has a driver", pf);
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
}

static void check_interface(const char *pf)
{
	char *vf;

	pci_bind(pf, "igb");
	netdev_up();
	netdev_send(SENT);
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "2"));
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
	/* The number of queues has changed, for which it is closed and opened */
	netdev_up();
	netdev_send(SENT);
	vf = pci_find(ID_IGB_VF, 0);
	pci_write(vf, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	igb_vf_ask(pci_map(vf));
}

static void second(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);

	running_recall();
	igb_load();
	pci_check_state(pf, "incoming");
	check_detached(pf);
	running_retrieve(r);
	running_check_config(r);
	CHECK_ERR(pci_attr_write(pf, "sriov_numvfs", "0"), EBUSY);
	running_finish_session(VF_SESSION);
	pci_check_state(pf, "none");
	check_detached(pf);
	vf_feed_end();
	receive_check(r, VF_RING, "in all");
	receive_stop(r);
	running_close(r);
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "0"));
	CHECK_EQ(pci_count(ID_IGB_VF), 0);
	check_interface(pf);
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_packets(ev, 3 * VF_RATE, PACKET_GAP);
}

SCENARIO(vf_pf_igb) = {
	.name = "sriov/pf-igb",
	.proves = "a virtual function below igb loses no packet through a kexec, and the network interface is back once it is gone",
	.variants = "prod",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, second },
	.judge = judge,
};

/* There is no driver to leave the virtual functions alone, and none is needed */
static void between(void)
{
	struct running *r = &running[0];

	running_recall();
	running_retrieve(r);
	running_finish();
	running_again();
	running_preserve(r, VF_SESSION "-again");
	running_prepare();
	running_go();
}

static void third(void)
{
	running_recall();
	igb_load();
	check_detached(pci_find(ID_IGB, 0));
	running_retrieve(&running[0]);
	running_check_config(&running[0]);
	running_finish();
	vf_feed_end();
	receive_check(&running[0], VF_RING, "in all");
}

static void judge_twice(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "packets");

	expect_all_received(ev, 3, "in all");
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 3, MARK_USER),
		    3 * VF_RATE, PACKET_GAP);
	arrivals_free(&a);
}

SCENARIO(vf_pf_igb_twice) = {
	.name = "sriov/pf-igb-twice",
	.proves = "a virtual function whose physical one was left without a driver is handed over once more",
	.variants = "prod",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.shared_memory = 1,
	.time_limit = 180,
	.stage = { first, between, third },
	.judge = judge_twice,
};

/* igb is on its way out, and never gets to the end of it */
static void first_unbind(void)
{
	char *pf = preserve();

	feed();
	unbind_check_waits(unbind_start(pf));
	running_go();
}

SCENARIO(vf_pf_igb_unbind) = {
	.name = "sriov/pf-igb-unbind",
	.proves = "unbinding igb does not hold up the kexec, and the virtual function loses no packet",
	.variants = "prod",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first_unbind, second },
	.judge = judge,
};

/* The update does not take place: igb is as it was, and can be unbound */
static void given_up(void)
{
	char *pf = preserve();

	netdev_send(SENT);
	running_give_up();
	pci_check_state(pf, "none");
	netdev_send(SENT);
	igb_vf_ask(running[0].owner.bar);
	running_close(&running[0]);
	unbind_check_ended(unbind_start(pf));
	CHECK_EQ(pci_count(ID_IGB_VF), 0);
	CHECK(!netdev_exists(), "the interface of %s is left", pf);
}

SCENARIO(vf_pf_igb_given_up) = {
	.name = "sriov/pf-igb-given-up",
	.proves = "igb works on when the live update of its virtual function is given up",
	.variants = "prod",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { given_up },
};

/* What nobody keeps root from, and what it would look like if igb did it at kexec */
static void first_down(void)
{
	preserve();
	feed();
	netdev_down();
	running_go();
}

static void second_down(void)
{
	running_recall();
	running_retrieve(&running[0]);
	running_finish();
	vf_feed_end();
}

static void judge_down(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "packets");

	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), 1,
		    PACKET_GAP);
	arrivals_free(&a);
}

SCENARIO(vf_pf_igb_down) = {
	.name = "sriov/pf-igb-down-negative",
	.proves = "mirror: igb that resets the device before the kexec is seen",
	.variants = "prod",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first_down, second_down },
	.judge = judge_down,
	.expect = OUTCOME_WITNESS,
	.expect_text = "packets: no DMA for",
};
