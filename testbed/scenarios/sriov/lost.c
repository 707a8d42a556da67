// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The next kernel finds SR-IOV other than it was recorded, as if somebody had reset the
 * physical function between the kernels: it sets that up anew, and nobody gets a
 * virtual function that may be another one.
 */
#include <errno.h>

#include "continuity.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "monitor.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "vf.h"

#define STUB	"pci-pf-stub"

static const char parent[] = "holdfast-lost-pf";

static void first(void)
{
	vf_start(&running[0], vf_start_pf(pci_find(ID_IGB, 0), STUB), 0);
	running_preserve(&running[0], VF_SESSION);
	running_prepare();
	running_go();
}

static void give_up(int token)
{
	int session = CHECK_OK(luo_retrieve_session(VF_SESSION));

	CHECK_EQ(pci_count(ID_IGB_VF), 0);
	CHECK_ERR(luo_retrieve(session, token), ENODEV);
	CHECK_ERR(luo_finish(session), EBUSY);
	CHECK_OK(luo_discard(session));
}

/* From here on it is one like any other */
static void check_pf(const char *pf, const char *driver)
{
	pci_check_state(pf, "none");
	pci_bind(pf, driver);
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "2"));
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
}

static void second(void)
{
	give_up(2);
	check_pf(pci_find(ID_IGB, 0), STUB);
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 2, "0000:01:00.0: liveupdate: lost its virtual functions: ") != 1)
		complain(ev, "log: kernel 2 does not report the lost virtual functions exactly once");
	expect_no_faults(ev, NULL);
}

#define VF_LOST(word, how)						\
SCENARIO(vf_lost_##word) = {						\
	.name = "sriov/lost-" #word,					\
	.proves = "virtual functions are given up if " how " changed",	\
	.variants = "prod",						\
	.kernels = { "mirror", NULL },					\
	.cmdline = { "mirror=sriov-" #word },				\
	.devices = STRINGS(ONE(IGB, 1)),				\
	.shared_memory = 1,						\
	.stage = { first, second },					\
	.judge = judge,							\
}

VF_LOST(count, "their number");
VF_LOST(stride, "their addresses");

/* Somebody did: it has lost its BARs as well */
static const struct host_action reset[] = {
	RESET_BELOW_PORT_1("reset"),
	{ 0 },
};

SCENARIO(vf_lost_reset) = {
	.name = "sriov/lost-reset",
	.proves = "virtual functions are given up if their physical one was reset between the kernels",
	.devices = STRINGS(ONE(IGB, 1)),
	.actions = reset,
	.action_line = "Starting new kernel",
	.action_kernel = 1,
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
};

/* A physical function that keeps running does so without them */
static void first_parent(void)
{
	struct running *pf = &running[0], *vf = &running[1];

	vf_open_pf(pf, VF_COUNT);
	vf_start(vf, pf->owner.bar, 0);
	running_preserve(pf, parent);
	running_preserve(vf, VF_SESSION);
	running_prepare();
	running_go();
}

static void second_parent(void)
{
	struct running *pf = &running[0];

	running_recall_first(1);
	give_up(5);
	running_retrieve(pf);
	running_check_config(pf);
	running_finish_session(parent);
	guard_check(pf, 0, pf->size);
	running_close(pf);
	check_pf(pci_find(ID_IGB, 0), "vfio-pci");
}

SCENARIO(vf_lost_parent) = {
	.name = "sriov/lost-parent",
	.proves = "a physical function that lost its virtual ones comes back to its owner",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { SRIOV_ALLOWED " mirror=sriov-count",
		     SRIOV_ALLOWED },
	.devices = STRINGS(ONE(IGB, 1)),
	.shared_memory = 1,
	.stage = { first_parent, second_parent },
	.judge = judge,
};
