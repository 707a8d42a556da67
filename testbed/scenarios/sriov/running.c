// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual function of an igb receives into its owner's memory while the kernels
 * change. Nobody has the physical function open.
 */
#include <linux/pci_regs.h>
#include <stdint.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "vf.h"

static void start(const char *driver)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);

	vf_start(r, vf_start_pf(pf, driver), 0);
	pci_check_preservable(r->owner.bdf, NULL);
	running_preserve(r, VF_SESSION);
	pci_check_state(pf, "preserved");
	vf_feed(r, VF_RATE);
	running_go();
}

static void check_alive(const char *vf)
{
	volatile char *bar = pci_map(vf);
	uint32_t status;

	pci_write(vf, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	status = *(volatile uint32_t *)(bar + 8);
	CHECK(status && status != ~0u, "%s: status is %#x", vf, status);
}

static void take_back(const char *driver)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);

	running_recall();
	pci_check_state(pf, "incoming");
	vf_bind_pf(driver);
	running_retrieve(r);
	running_check_config(r);
	running_finish_session(VF_SESSION);
	pci_check_state(pf, "none");
	vf_feed_end();
	receive_check(r, VF_RING, "in all");
	receive_stop(r);
	running_close(r);
	/* Like any other from here on, whose BARs are back after a reset */
	CHECK_OK(pci_attr_write(pf, "reset", "1"));
	check_alive(pci_find(ID_IGB_VF, 0));
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "0"));
	CHECK_EQ(pci_count(ID_IGB_VF), 0);
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "2"));
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
}

static void first(void)
{
	start("vfio-pci");
}

static void second(void)
{
	take_back("vfio-pci");
}

#define LIMIT	0.5

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_packets(ev, 3 * VF_RATE, LIMIT);
}

#define VF_RUNNING(mode, suffix, how, ...)				\
SCENARIO(vf_running_##mode) = {						\
	.name = "sriov/running" suffix,					\
	.proves = "a virtual function loses no packet through a kexec" how, \
	.devices = STRINGS(ONE(IGB_FED, 1), ##__VA_ARGS__),		\
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED }, \
	.shared_memory = 1,						\
	.time_limit = 120,						\
	.stage = { first, second },					\
	.judge = judge,							\
}

VF_RUNNING(legacy, "", "");
VF_RUNNING(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
VF_RUNNING(first_level, "-first-level", " (first-level tables)",
	   IOMMU_FIRST_LEVEL);
