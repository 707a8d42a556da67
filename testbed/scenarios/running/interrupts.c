// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An event between the kernels, while the device's interrupts are disabled as
 * they have to be. The owner sets them up again first and looks at the device
 * next, as if one had been raised: what came before it looked is told by the
 * device's state, what comes later by an interrupt.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "timeline.h"
#include "vfio.h"
#include "watch.h"

#define SIZE	(64 << 10)
#define IN	0x4000
#define SEED	245
#define OURS	0x1
#define WAIT_MS	2000

static int arm(struct running *r, unsigned int index)
{
	int event = eventfd(0, EFD_CLOEXEC);

	CHECK(event >= 0, "eventfd: %s", strerror(errno));
	CHECK_OK(vfio_irq_enable(r->owner.dev, index, event));
	return event;
}

static int wait_event(int event)
{
	struct pollfd p = { .fd = event, .events = POLLIN };

	return poll(&p, 1, WAIT_MS) == 1;
}

/* One that comes while all is set up */
static void check_armed(struct running *r, int event)
{
	edu_irq_raise(r->owner.bar, OURS);
	CHECK(wait_event(event), "%s: no interrupt", r->owner.bdf);
	CHECK_EQ(edu_irq_take(r->owner.bar), OURS);
}

static void first_by(unsigned int index)
{
	struct running *r = &running[0];
	int event;

	running_open(r, pci_find(ID_EDU, 0), SIZE);
	pattern_fill(r->owner.mem, EDU_BUFFER, SEED);
	CHECK_OK(edu_read_ram(r->owner.bar, OWNER_IOVA, EDU_BUFFER));
	event = arm(r, index);
	check_armed(r, event);
	CHECK_OK(vfio_irq_disable(r->owner.dev, index));
	running_preserve(r, "holdfast-interrupts");
	check_armed(r, arm(r, index));
	running_prepare();
	watch_add("edu", r->owner.mem + IN, 1, 4096, 0, ~0u);
	watch_start();
	CHECK_OK(vfio_irq_disable(r->owner.dev, index));
	CHECK_EQ(edu_irq_take(r->owner.bar), 0);
	edu_start_write_ram_irq(r->owner.bar, OWNER_IOVA + IN, EDU_BUFFER);
	running_go();
}

static void take_back(struct running *r)
{
	running_recall();
	running_retrieve(r);
}

static void go_on(struct running *r, int event, unsigned int index)
{
	size_t landed = pattern_check(r->owner.mem + IN, EDU_BUFFER, SEED);

	CHECK(landed == EDU_BUFFER, "%zu bytes landed", landed);
	/* Its status does not say any more that an interrupt is waiting */
	running_check_config(r);
	running_finish();
	/* An INTx is masked after each one until it is set up anew */
	if (index != VFIO_PCI_INTX_IRQ_INDEX)
		check_armed(r, event);
	CHECK_OK(vfio_irq_disable(r->owner.dev, index));
	close(event);
	check_armed(r, arm(r, index));
	CHECK_OK(vfio_irq_disable(r->owner.dev, index));
	running_close(r);
}

static void first_msi(void)
{
	first_by(VFIO_PCI_MSI_IRQ_INDEX);
}

static void first_intx(void)
{
	first_by(VFIO_PCI_INTX_IRQ_INDEX);
}

/* The rule: set up, then look */
static void second_by(unsigned int index)
{
	struct running *r = &running[0];
	int event;

	take_back(r);
	mark(MARK_USER);
	event = arm(r, index);
	CHECK_EQ(edu_irq_take(r->owner.bar), EDU_IRQ_DMA);
	go_on(r, event, index);
}

static void second_msi(void)
{
	second_by(VFIO_PCI_MSI_IRQ_INDEX);
}

/*
 * On hardware a level that is there raises an interrupt once that is set up.
 * The I/O APIC of QEMU does not see one that is older than its set-up.
 */
static void second_intx(void)
{
	second_by(VFIO_PCI_INTX_IRQ_INDEX);
}

/* Against the rule: set up, then wait */
static void second_waits(void)
{
	struct running *r = &running[0];
	int event;

	take_back(r);
	event = arm(r, VFIO_PCI_MSI_IRQ_INDEX);
	CHECK(wait_event(event), "the event is lost");
	go_on(r, event, VFIO_PCI_MSI_IRQ_INDEX);
}

/* The event was one of the gap; what the owner sets up is its own affair */
static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 1, MARK_REBOOT, 2, MARK_USER);
	const struct trace_event *left = marker_find(ev, 1, MARK_REBOOT);
	const struct trace_event *there = marker_find(ev, 2, MARK_INIT);
	struct arrivals a = arrivals_load(ev, "edu");

	judge_running_device(ev, 1, "01:00.0", MARK_USER);
	expect_translation(ev, s);
	expect_no_faults(ev, NULL);
	if (!a.n || !left || !there || a.times[0] < left->time ||
	    a.times[0] > there->time)
		complain(ev, "edu: the event was not between the kernels");
	arrivals_free(&a);
}

SCENARIO(interrupts_msi) = {
	.name = "running/interrupts",
	.proves = "an event between the kernels is found by the next owner",
	.devices = STRINGS(ONE(EDU, 1)),
	.shared_memory = 1,
	.stage = { first_msi, second_msi },
	.judge = judge,
};

SCENARIO(interrupts_intx) = {
	.name = "running/interrupts-intx",
	.proves = "an INTx that is raised between the kernels is found, too",
	.devices = STRINGS(ONE(EDU, 1)),
	.shared_memory = 1,
	.stage = { first_intx, second_intx },
	.judge = judge,
};

SCENARIO(interrupts_mirror) = {
	.name = "running/interrupts-negative",
	.proves = "mirror: an owner that only waits does not hear of the event",
	.devices = STRINGS(ONE(EDU, 1)),
	.shared_memory = 1,
	.stage = { first_msi, second_waits },
	.expect = OUTCOME_GUEST,
	.expect_text = "the event is lost",
};
