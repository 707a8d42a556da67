// SPDX-License-Identifier: GPL-2.0-or-later
/* A fatal PCI Express error, whose recovery resets the device */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "vfio.h"

#define SIZE	(64 << 10)

static void first(void)
{
	running_open(&running[0], pci_find(ID_E1000E, 0), SIZE);
	running_preserve(&running[0], "holdfast-recovery");
	running_prepare();
	running_go();
}

static void recover(const char *bdf)
{
	double end = now() + 20;

	ask_host("error");
	while (!pci_attr_is(bdf, "liveupdate/running", "0")) {
		CHECK(now() < end, "%s: recovery reset it, yet it counts as running",
		      bdf);
		usleep(100000);
	}
	sleep(2);
}

/* What its owner gets is a device as after any reset, which works */
static void take_idle(struct running *r)
{
	struct owner *o = &r->owner;

	running_find_session(r);
	o->memfd = CHECK_OK(luo_retrieve(r->session_fd, r->token));
	o->iommufd = CHECK_OK(luo_retrieve(r->session_fd, r->token + 1));
	o->dev = CHECK_OK(luo_retrieve(r->session_fd, r->token + 2));
	CHECK_OK(vfio_bind_id(o->dev, o->iommufd, &r->dev_id));
	CHECK_OK(vfio_attach(o->dev, r->hwpt));
	CHECK_OK(luo_finish(r->session_fd));
	pci_check_state(o->bdf, "none");
	close(o->dev);
	close(o->iommufd);
	close(o->memfd);
	owner_open(o, o->bdf);
	owner_check(o);
}

static void unbound(void)
{
	running_recall();
	recover(running[0].owner.bdf);
	pci_bind(running[0].owner.bdf, "vfio-pci");
	take_idle(&running[0]);
}

static void bound(void)
{
	running_recall();
	pci_bind(running[0].owner.bdf, "vfio-pci");
	recover(running[0].owner.bdf);
	take_idle(&running[0]);
}

static void retrieved(void)
{
	struct running *r = &running[0];

	running_recall();
	running_retrieve(r);
	recover(r->owner.bdf);
	CHECK_OK(luo_finish(r->session_fd));
	pci_check_state(r->owner.bdf, "none");
	close(r->owner.dev);
	close(r->owner.iommufd);
	owner_open(&r->owner, r->owner.bdf);
	owner_check(&r->owner);
}

static const struct host_action actions[] = {
	{ "error", "{\"execute\":\"human-monitor-command\",\"arguments\":"
		   "{\"command-line\":\"pcie_aer_inject_error nic DLP\"}}" },
	{ 0 },
};

static const char *const allowed[] = { "AER: ", "PCIe Bus Error", NULL };

#define RECOVERY(phase, when)						\
SCENARIO(error_recovery_##phase) = {					\
	.name = "running/error-recovery-" #phase,			\
	.proves = "error recovery ends a device's run, and its owner learns it, " \
		  when,							\
	.devices = STRINGS(ROOT_PORT(1),				\
			   "-device", "e1000e,id=nic,romfile=,bus=rp1"), \
	.actions = actions,						\
	.log_allow = allowed,						\
	.stage = { first, phase },					\
}

RECOVERY(unbound, "before a driver is bound");
RECOVERY(bound, "while it waits for its owner");
RECOVERY(retrieved, "before finish");
