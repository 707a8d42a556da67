// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MSI-X of a virtual function that kept running. It has no interrupt domain of its own,
 * but that of the physical function, which the driver of the IOMMU hands to it when it
 * is added: one that was added too early would send requests that are not remapped.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "continuity.h"
#include "igb.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "util.h"
#include "vf.h"
#include "vfio.h"

#define STUB	"pci-pf-stub"
#define WAIT_MS	2000

/* "IR-PCI-MSIX-0000:01:10.0" with remapping, "PCI-MSIX-..." without it */
static void check_remapped(const char *bdf)
{
	char *all = file_read("/proc/interrupts", NULL);
	char *remapped = text("IR-PCI-MSIX-%s", bdf);
	char *any = text("PCI-MSIX-%s", bdf);

	CHECK(all && strstr(all, any), "%s: has no MSI-X interrupt", bdf);
	CHECK(strstr(all, remapped), "%s: its interrupts are not remapped",
	      bdf);
	free(all);
	free(remapped);
	free(any);
}

static int arm(struct running *r)
{
	int event = eventfd(0, EFD_CLOEXEC);

	CHECK(event >= 0, "eventfd: %s", strerror(errno));
	CHECK_OK(vfio_irq_enable(r->owner.dev, VFIO_PCI_MSIX_IRQ_INDEX, event));
	check_remapped(r->owner.bdf);
	return event;
}

static void disarm(struct running *r, int event)
{
	CHECK_OK(vfio_irq_disable(r->owner.dev, VFIO_PCI_MSIX_IRQ_INDEX));
	close(event);
}

static void expect_interrupt(struct running *r, int event)
{
	struct pollfd p = { .fd = event, .events = POLLIN };

	CHECK(poll(&p, 1, WAIT_MS) == 1, "%s: no interrupt", r->owner.bdf);
}

static void check_interrupt(struct running *r)
{
	int event = arm(r);

	igb_vf_interrupt(r->owner.bar);
	expect_interrupt(r, event);
	disarm(r, event);
}

static void first(void)
{
	struct running *r = &running[0];
	int event;

	vf_start(r, vf_start_pf(pci_find(ID_IGB, 0), STUB), 0);
	check_interrupt(r);
	event = arm(r);
	running_preserve(r, VF_SESSION);
	disarm(r, event);
	/* For the next kernel */
	igb_vf_interrupt(r->owner.bar);
	running_prepare();
	running_go();
}

static void second(void)
{
	struct running *r = &running[0];
	int event;

	running_recall();
	vf_bind_pf(STUB);
	running_retrieve(r);
	event = arm(r);
	expect_interrupt(r, event);
	running_check_config(r);
	disarm(r, event);
	check_interrupt(r);
	running_finish();
	check_interrupt(r);
	running_close(r);
	/* A sibling that nobody handed over is found by the same walk */
	running_open(r, pci_find(ID_IGB_VF, 1), receive_memory(VF_RING));
	check_interrupt(r);
	running_close(r);
}

static void judge(struct evidence *ev)
{
	judge_running_device(ev, 1, "01:10.0", MARK_RETRIEVE);
	expect_no_faults(ev, NULL);
}

SCENARIO(vf_interrupt) = {
	.name = "sriov/interrupt",
	.proves = "MSI-X of a virtual function that kept running is remapped, latched, and comes",
	.devices = STRINGS(ONE(IGB, 1)),
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
};

SCENARIO(vf_early) = {
	.name = "sriov/interrupt-negative",
	.proves = "mirror: a virtual function that is added before the IOMMU driver looks out for it is seen",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.cmdline = { "", "mirror=vf-early" },
	.devices = STRINGS(ONE(IGB, 1)),
	.shared_memory = 1,
	.stage = { first, second },
	.expect = OUTCOME_GUEST,
	/* It is not taken back at all: its interrupts are isolated from nobody */
	.expect_text = "EPERM",
};
