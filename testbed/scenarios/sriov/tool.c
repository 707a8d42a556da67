// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An operator with holdfast(8) and virtual functions: sees which belongs to which,
 * and has their drivers bound in the next kernel, in whatever order he asks.
 */
#include <string.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "program.h"
#include "scenario.h"
#include "sriov.h"
#include "tool.h"
#include "vf.h"

static void first(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0);
	volatile char *bar;

	tool_run(0, STRINGS(pf), TOOL("bind", pf));
	bar = vf_start_pf(pf, "vfio-pci");
	tool_run(0, STRINGS("PF of 2 VFs, 0 kept"), TOOL("list"));
	vf_start(r, bar, 0);
	tool_run(0, STRINGS("Ready", "nobody needs to open it"),
		 TOOL("check", "--running", pf, r->owner.bdf));
	running_preserve(r, VF_SESSION);
	tool_run(0, STRINGS("PF of 2 VFs, 1 kept", text("VF of %s", pf)),
		 TOOL("list"));
	tool_run(0, STRINGS("preserved, running, PF of 2 VFs, 1 kept"),
		 TOOL("status"));
	vf_feed(r, VF_RATE);
	running_go();
}

/* As udev would, which handles events of both at the same time */
static void bind_both(const char *pf, const char *vf)
{
	struct program of_vf = { 0 }, of_pf = { 0 };

	program_start(&of_vf, TOOL("-v", "bind", "--incoming", vf));
	program_start(&of_pf, TOOL("-v", "bind", "--incoming", pf));
	CHECK_EQ(program_end(&of_pf, 30), 0);
	CHECK_EQ(program_end(&of_vf, 30), 0);
}

static void second(void)
{
	struct running *r = &running[0];
	char *pf = pci_find(ID_IGB, 0), *vf;

	running_recall();
	vf = r->owner.bdf;
	tool_run(0, STRINGS("incoming, running, PF of 2 VFs, 1 kept"),
		 TOOL("status"));
	tool_run(1, STRINGS("it waits for a driver of its physical function"),
		 TOOL("bind", vf));
	CHECK(!*pci_driver(vf), "it has driver %s", pci_driver(vf));
	bind_both(pf, vf);
	CHECK(!strcmp(pci_driver(pf), "vfio-pci"), "driver of the PF: '%s'",
	      pci_driver(pf));
	CHECK(!strcmp(pci_driver(vf), "vfio-pci"), "driver of the VF: '%s'",
	      pci_driver(vf));
	tool_run(0, STRINGS("no device waits for a driver"),
		 TOOL("bind", "--incoming"));
	/* The kernel would wait */
	tool_run(5, STRINGS("a live update keeps virtual functions of it (1)"),
		 TOOL("unbind", pf));
	running_retrieve(r);
	running_check_config(r);
	running_finish_session(VF_SESSION);
	tool_run(0, STRINGS("none preserved, none incoming"), TOOL("status"));
	tool_run(0, STRINGS("PF of 2 VFs, 0 kept"), TOOL("list"));
	vf_feed_end();
	receive_check(r, VF_RING, "in all");
	receive_stop(r);
	running_close(r);
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_all_received(ev, 2, "in all");
}

SCENARIO(vf_tool) = {
	.name = "sriov/tool",
	.proves = "holdfast(8) shows which virtual function is whose, and binds the physical one first",
	.devices = STRINGS(ONE(IGB_FED, 1)),
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED },
	.programs = STRINGS(TOOL_PROGRAM),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, second },
	.judge = judge,
};

/* A driver that takes them down is named */
static void check_driver(void)
{
	char *pf = pci_find(ID_NVME, 0), *vf;

	CHECK_OK(pci_attr_write(pf, "sriov_drivers_autoprobe", "0"));
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "1"));
	vf = pci_find(ID_NVME, 1);
	tool_run(0, STRINGS(vf), TOOL("bind", vf));
	tool_run(1, STRINGS(text("driver nvme of its physical function %s", pf)),
		 TOOL("check", vf));
	tool_run(0, STRINGS(vf), TOOL("unbind", vf));
	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", "0"));
}

/* What the kexec would be refused for, as sriov/parent shows */
static void check_open(void)
{
	enum { VF, PF };
	struct running *r = running;
	char *vf;

	vf_open_pf(&r[PF], VF_COUNT);
	vf_start(&r[VF], r[PF].owner.bar, 0);
	vf = r[VF].owner.bdf;
	tool_run(0, STRINGS("warn  device", "which is not preserved"),
		 TOOL("check", vf));
	running_preserve(&r[VF], VF_SESSION);
	tool_run(1, STRINGS("bad   device", "which is not preserved"),
		 TOOL("check", "--now", vf));
	running_preserve(&r[PF], "holdfast-pf");
	tool_run(1, STRINGS("which is preserved as well"),
		 TOOL("check", "--now", vf));
}

static void check(void)
{
	check_driver();
	check_open();
}

SCENARIO(vf_tool_check) = {
	.name = "sriov/tool-check",
	.proves = "holdfast check says what the physical function has against a live update",
	.devices = STRINGS(ONE(NVME_VFS, 1), ONE(IGB, 2)),
	.cmdline = { SRIOV_ALLOWED },
	.programs = STRINGS(TOOL_PROGRAM),
	.stage = { check },
};
