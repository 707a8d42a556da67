// SPDX-License-Identifier: GPL-2.0-or-later
/* A NIC receives into its owner's memory while the kernels change */
#include <unistd.h>

#include "continuity.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "receiver.h"
#include "scenario.h"
#include "watch.h"

#define SESSION		"holdfast-e1000e"
#define RATE		1000	/* packets a second */
#define SECONDS		12	/* of traffic, at least */
#define BEFORE		4	/* seconds of it in the first kernel */

static struct receiver receiver;

static void first(void)
{
	char *bdf = pci_find(ID_E1000E, 0);

	kho_count("before");
	receiver_start(&receiver, bdf, SESSION, 0);
	vmm_prepare(&receiver.vmm);
	vmm_check_prepared(bdf, 1);
	kexec_prepare(NULL);
	receiver_watch(&receiver);
	watch_start();
	traffic_start(RATE, RECEIVE_PLACES(RECEIVE_MAX));
	mark(MARK_USER);
	sleep(BEFORE);
	CHECK(receiver_count(&receiver) > BEFORE * RATE / 2,
	      "only %u packets came", receiver_count(&receiver));
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

static void second(void)
{
	char *bdf = pci_find(ID_E1000E, 0);
	unsigned int n;

	pci_check_state(bdf, "incoming");
	receiver_start(&receiver, bdf, SESSION, 1);
	mark(MARK_FINISHED);
	n = receiver_count(&receiver);
	say("packets: %u when the receiver is back", n);
	CHECK(program_said(&receiver.vmm, "ran on"),
	      "the device did not run on");
	pci_check_state(bdf, "none");
	receiver_wait(&receiver, (n + RATE > SECONDS * RATE) ? n + RATE :
		      SECONDS * RATE);
	mark(MARK_USER);
	traffic_stop();
	receiver_end(&receiver, "in all");
	CHECK_OK(pci_unbind(bdf));
	kho_count("after");
}

#define LIMIT	0.5

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_packets(ev, SECONDS * RATE / 2, LIMIT);
	expect_same_kho(ev, "before", "after");
}

#define E1000E_RUNNING(mode, suffix, how, ...)			\
SCENARIO(e1000e_running_##mode) = {					\
	.name = "running/e1000e" suffix,				\
	.proves = "no packet is lost through a kexec" how,		\
	.devices = STRINGS(ONE(E1000E_FED, 1), ##__VA_ARGS__),		\
	.programs = STRINGS(VMM_PROGRAM),				\
	.shared_memory = 1,						\
	.time_limit = 120,						\
	.stage = { first, second },					\
	.judge = judge,							\
}

E1000E_RUNNING(legacy, "", "");
E1000E_RUNNING(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
E1000E_RUNNING(first_level, "-first-level", " (first-level tables)",
	      IOMMU_FIRST_LEVEL);
