// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A physical function is pulled out while its virtual ones wait for their owner, and no
 * driver is bound to it that would remove them.
 */
#include <errno.h>

#include "continuity.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "vf.h"

#define STUB	"pci-pf-stub"

static void first(void)
{
	vf_start(&running[0], vf_start_pf(pci_find(ID_IGB, 0), STUB), 0);
	running_preserve(&running[0], VF_SESSION);
	running_prepare();
	running_go();
}

static void second(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);

	running_recall();
	running_find_session(r);
	ask_host("unplug");
	CHECK_OK(pci_wait(pf, 0, 20));
	CHECK_EQ(pci_count(ID_IGB_VF), 0);
	CHECK_ERR(luo_retrieve(r->session_fd, r->token + 2), ENODEV);
	CHECK_ERR(luo_finish(r->session_fd), EBUSY);
	CHECK_OK(luo_discard(r->session_fd));
	pci_check_state(pci_find(ID_ROOT_PORT, 0), "none");
}

static const struct host_action actions[] = {
	{ "unplug", "{\"execute\":\"device_del\",\"arguments\":"
		    "{\"id\":\"nic\"}}" },
	{ 0 },
};

#define PF_UNPLUGGED(sym, suffix, how, ...)				\
SCENARIO(vf_pf_unplugged_##sym) = {					\
	.name = "sriov/pf-unplugged" suffix,				\
	.proves = "virtual functions whose physical one is pulled out can be given up" how, \
	.devices = STRINGS(ROOT_PORT(1),				\
			   "-device", "igb,id=nic,romfile=,bus=rp1",	\
			   ##__VA_ARGS__),				\
	.actions = actions,						\
	.shared_memory = 1,						\
	.leaks = 1,							\
	.stage = { first, second },					\
}

/* After the session, with virtual functions that nobody in this kernel enabled */
static void second_removes(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);

	running_recall();
	vf_bind_pf(STUB);
	running_retrieve(r);
	running_finish();
	running_close(r);
	CHECK_OK(pci_unbind(pf));
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
	CHECK_OK(pci_attr_write(pf, "remove", "1"));
	CHECK_EQ(pci_count(ID_IGB_VF), 0);
	CHECK_OK(pci_attr_write(pci_find(ID_ROOT_PORT, 0), "rescan", "1"));
	CHECK_OK(pci_wait(pf, 1, 20));
	pci_bind(pf, STUB);
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "2"));
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
}

SCENARIO(vf_pf_removed) = {
	.name = "sriov/pf-removed",
	.proves = "virtual functions of the previous kernel go with their physical one",
	.devices = STRINGS(ONE(IGB, 1)),
	.shared_memory = 1,
	.leaks = 1,
	.stage = { first, second_removes },
	.judge = judge_running,
};

PF_UNPLUGGED(firmware, "", "");
PF_UNPLUGGED(native, "-native", " (native hotplug)", HOTPLUG_NATIVE);
