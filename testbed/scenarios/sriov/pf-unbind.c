// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Somebody unbinds the driver of a physical function, which would disable its virtual
 * ones. It waits while one of them is preserved, the kexec comes, and the next kernel
 * finds them. There it waits for the end of the session, and for the owner.
 */
#include <string.h>
#include <unistd.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "unbind.h"
#include "vf.h"

static const char *const allowed[] = {
	"Relaying device request to user",
	"No device request channel registered", NULL,
};

static void first(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);

	vf_start(r, vf_start_pf(pf, "vfio-pci"), 0);
	running_preserve(r, VF_SESSION);
	unbind_check_waits(unbind_start(pf));
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
	vf_feed(r, VF_RATE);
	running_go();
}

static void second(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);
	pid_t pid;

	running_recall();
	vf_bind_pf("vfio-pci");
	running_retrieve(r);
	running_check_config(r);
	pid = unbind_start(pf);
	unbind_check_waits(pid);
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
	running_finish_session(VF_SESSION);
	vf_feed_end();
	receive_check(r, VF_RING, "in all");
	unbind_check_waits(pid);
	/* It goes with the files of its owner, as any other */
	receive_stop(r);
	owner_close(&r->owner);
	unbind_check_ended(pid);
	CHECK_EQ(pci_count(ID_IGB_VF), 0);
	pci_check_state(pf, "none");
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_packets(ev, 2 * VF_RATE, PACKET_GAP);
}

SCENARIO(vf_pf_unbind) = {
	.name = "sriov/pf-unbind",
	.proves = "unbinding a physical function waits for its virtual ones, and does not hold up the kexec",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED },
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, second },
	.judge = judge,
	.log_allow = allowed,
};

/* A driver that leaves them alone has nothing to wait for */
static void first_stub(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);

	vf_start(r, vf_start_pf(pf, "pci-pf-stub"), 0);
	running_preserve(r, VF_SESSION);
	unbind_check_ended(unbind_start(pf));
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
	pci_check_state(pf, "preserved");
	vf_feed(r, VF_RATE);
	running_go();
}

static void second_stub(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);

	running_recall();
	vf_bind_pf("pci-pf-stub");
	running_retrieve(r);
	running_check_config(r);
	unbind_check_ended(unbind_start(pf));
	running_finish_session(VF_SESSION);
	vf_feed_end();
	receive_check(r, VF_RING, "in all");
	receive_stop(r);
	running_close(r);
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
}

SCENARIO(vf_pf_unbind_stub) = {
	.name = "sriov/pf-unbind-stub",
	.proves = "a physical function without a driver keeps its virtual ones running",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first_stub, second_stub },
	.judge = judge,
};
