// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Error recovery resets a physical function whose virtual one waits for its owner. VF
 * Enable is set again, but the owner gets a function that was reset, and is idle.
 */
#include <unistd.h>

#include "continuity.h"
#include "device.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "monitor.h"
#include "pci.h"
#include "scenario.h"
#include "vf.h"
#include "vfio.h"

#define STUB	"pci-pf-stub"

static void first(void)
{
	vf_start(&running[0], vf_start_pf(pci_find(ID_IGB, 0), STUB), 0);
	running_preserve(&running[0], VF_SESSION);
	running_prepare();
	running_go();
}

static void wait_stopped(const char *bdf)
{
	double end = now() + 20;

	while (!pci_attr_is(bdf, "liveupdate/running", "0")) {
		CHECK(now() < end, "%s: reset by error recovery, but reported as running",
		      bdf);
		usleep(100000);
	}
	sleep(2);	/* recovery ends */
}

static void second(void)
{
	struct running *r = &running[0];
	struct owner *o = &r->owner;

	running_recall();
	vf_bind_pf(STUB);
	ask_host("port");
	say("error injected");	/* the console may hold back the last line */
	wait_stopped(o->bdf);
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
	pci_bind(o->bdf, "vfio-pci");
	running_find_session(r);
	o->iommufd = CHECK_OK(luo_retrieve(r->session_fd, r->token + 1));
	CHECK_OK(luo_retrieve(r->session_fd, r->token));
	o->dev = CHECK_OK(luo_retrieve(r->session_fd, r->token + 2));
	CHECK_OK(vfio_bind_id(o->dev, o->iommufd, &r->dev_id));
	CHECK_OK(vfio_attach(o->dev, r->hwpt));
	running_finish();
	o->ops = device_ops(o->bdf);
	o->bar = vfio_bar_map(o->dev, o->ops->bar, &o->bar_size);
	CHECK(o->bar, "%s: the BAR cannot be mapped", o->bdf);
	CHECK_OK(o->ops->alive(o));
	pci_check_state(pci_find(ID_IGB, 0), "none");
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 2, "01:10.0: liveupdate: no longer running") != 1 ||
	    log_count(ev, 2, "01:10.0: liveupdate: stopped since it was handed over") != 1)
		complain(ev, "log: kernel 2 does not say that it was reset");
	expect_no_faults(ev, NULL);
}

static const struct host_action actions[] = {
	INJECT_ERROR("port", "rp1"),
	{ 0 },
};

SCENARIO(vf_error_recovery) = {
	.name = "sriov/error-recovery",
	.proves = "a virtual function whose physical one is reset by error recovery comes back idle",
	.devices = STRINGS(ONE(IGB, 1), HOTPLUG_NATIVE),
	.shared_memory = 1,
	.actions = actions,
	.log_allow = STRINGS("AER: ", "PCIe Bus Error", "DLP .*Data Link Layer"),
	.stage = { first, second },
	.judge = judge,
};
