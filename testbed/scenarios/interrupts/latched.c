// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads of a drive complete between the kernels, and each raises an interrupt of a
 * vector that nobody has set up. The drive keeps it in its Pending Bit Array: an owner
 * that sets the vector up and waits hears of it, without a look at the drive.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "continuity.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "queue.h"
#include "scenario.h"
#include "timeline.h"
#include "vfio.h"
#include "watch.h"

#define SESSION	"holdfast-latched"
#define READS	100	/* 50 a second: 2 s */
#define WAIT_MS	2000
#define OFF	0
#define ON	PCI_MSIX_FLAGS_ENABLE
#define LATCHED	(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL)

static int arm(struct running *r, unsigned int index)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	CHECK(event >= 0, "eventfd: %s", strerror(errno));
	CHECK_OK(vfio_irq_enable(r->owner.dev, index, event));
	return event;
}

/* What the owner was told of is in the eventfd, which it closes last */
static void disarm(struct running *r, unsigned int index, int event)
{
	CHECK_OK(vfio_irq_disable(r->owner.dev, index));
	close(event);
}

/* Forgets it at once */
static int raised(int event, int ms)
{
	struct pollfd p = { .fd = event, .events = POLLIN };
	eventfd_t n;

	return poll(&p, 1, ms) == 1 && !eventfd_read(event, &n);
}

static void check_msix(struct running *r, unsigned int expected)
{
	unsigned int pos = 0, id = 0, flags = 0;
	int dev = r->owner.dev;

	CHECK_OK(vfio_config_read(dev, PCI_CAPABILITY_LIST, 1, &pos));
	while (pos) {
		CHECK_OK(vfio_config_read(dev, pos, 1, &id));
		if (id == PCI_CAP_ID_MSIX)
			break;
		CHECK_OK(vfio_config_read(dev, pos + 1, 1, &pos));
	}
	CHECK(pos, "%s: has no MSI-X", r->owner.bdf);
	CHECK_OK(vfio_config_read(dev, pos + PCI_MSIX_FLAGS, 2, &flags));
	CHECK((flags & LATCHED) == expected,
	      "%s: MSI-X is %#x in place of %#x", r->owner.bdf,
	      flags & LATCHED, expected);
}

/* One read after @n that are complete */
static void one_more(struct running *r, unsigned int n)
{
	double end = now() + 20;

	queue_start(r, n + 1);
	while (queue_count(r, n + 1) == n) {
		CHECK(now() < end, "read %u does not complete", n);
		usleep(1000);
	}
}

static void go(struct running *r)
{
	running_prepare();
	queue_watch(r, READS);
	watch_start();
	queue_start(r, READS);
	CHECK(queue_count(r, READS) < READS, "all reads are complete already");
	running_go();
}

/* By the rule: preserved, then its interrupts are given back */
static void first(void)
{
	struct running *r = &running[0];
	int event;

	running_open(r, pci_find(ID_NVME, 0), QUEUE_MEMORY);
	event = arm(r, VFIO_PCI_MSIX_IRQ_INDEX);
	queue_open_irq(r);
	CHECK(raised(event, WAIT_MS), "no interrupt");
	check_msix(r, ON);
	running_preserve(r, SESSION);
	disarm(r, VFIO_PCI_MSIX_IRQ_INDEX, event);
	check_msix(r, LATCHED);
	go(r);
}

/* Against it: the kernel cannot know that the device will run on */
static void first_early(void)
{
	struct running *r = &running[0];
	int event;

	running_open(r, pci_find(ID_NVME, 0), QUEUE_MEMORY);
	event = arm(r, VFIO_PCI_MSIX_IRQ_INDEX);
	queue_open_irq(r);
	CHECK(raised(event, WAIT_MS), "no interrupt");
	disarm(r, VFIO_PCI_MSIX_IRQ_INDEX, event);
	check_msix(r, OFF);
	running_preserve(r, SESSION);
	go(r);
}

static void second(void)
{
	struct running *r = &running[0];
	int event;

	running_recall();
	running_retrieve(r);
	/* By the memory, not by the drive */
	queue_check(r, READS);
	mark(MARK_USER);
	event = arm(r, VFIO_PCI_MSIX_IRQ_INDEX);
	CHECK(raised(event, WAIT_MS), "the interrupt is lost");
	CHECK(!raised(event, 200), "the interrupt was raised again");
	check_msix(r, ON);
	running_check_config(r);
	running_finish();
	one_more(r, READS);
	CHECK(raised(event, WAIT_MS), "no interrupt after the first one");
	disarm(r, VFIO_PCI_MSIX_IRQ_INDEX, event);
	check_msix(r, OFF);
	queue_stop(r);
	running_close(r);
}

/* The reads completed between the kernels, or at least the last of them did */
static void judge(struct evidence *ev)
{
	const struct trace_event *left = marker_find(ev, 1, MARK_REBOOT);
	const struct trace_event *armed = marker_find(ev, 2, MARK_USER);
	struct arrivals a = arrivals_load(ev, "reads");

	judge_running_device(ev, 1, "01:00.0", MARK_USER);
	expect_translation(ev, span_markers(ev, 1, MARK_REBOOT, 2, MARK_USER));
	expect_no_faults(ev, NULL);
	if (a.n < READS || !left || !armed || a.times[READS - 1] < left->time ||
	    a.times[READS - 1] > armed->time)
		complain(ev, "reads: the last one was not between the kernels");
	arrivals_free(&a);
}

/* Nothing stays behind when other interrupts are used, or the session is closed */
static void given_up(void)
{
	struct running *r = &running[0];
	int event;

	running_open(r, pci_find(ID_NVME, 0), QUEUE_MEMORY);
	event = arm(r, VFIO_PCI_MSIX_IRQ_INDEX);
	queue_open_irq(r);
	CHECK(raised(event, WAIT_MS), "no interrupt");
	running_preserve(r, SESSION);
	disarm(r, VFIO_PCI_MSIX_IRQ_INDEX, event);
	check_msix(r, LATCHED);

	/* The VM goes on before the kexec: nothing is lost here, either */
	one_more(r, 0);
	event = arm(r, VFIO_PCI_MSIX_IRQ_INDEX);
	check_msix(r, ON);
	CHECK(raised(event, WAIT_MS), "the interrupt is lost");
	disarm(r, VFIO_PCI_MSIX_IRQ_INDEX, event);
	check_msix(r, LATCHED);

	event = arm(r, VFIO_PCI_INTX_IRQ_INDEX);
	check_msix(r, OFF);
	one_more(r, 1);
	CHECK(raised(event, WAIT_MS), "no INTx");
	disarm(r, VFIO_PCI_INTX_IRQ_INDEX, event);

	event = arm(r, VFIO_PCI_MSIX_IRQ_INDEX);
	disarm(r, VFIO_PCI_MSIX_IRQ_INDEX, event);
	check_msix(r, LATCHED);
	running_give_up();
	check_msix(r, OFF);

	/* Set up when it is given up, it is left alone, and disabled as ever later */
	running_preserve(r, SESSION);
	event = arm(r, VFIO_PCI_MSIX_IRQ_INDEX);
	running_give_up();
	check_msix(r, ON);
	one_more(r, 2);
	CHECK(raised(event, WAIT_MS), "no interrupt");
	disarm(r, VFIO_PCI_MSIX_IRQ_INDEX, event);
	check_msix(r, OFF);
	queue_stop(r);
	running_close(r);
}

SCENARIO(interrupts_latched) = {
	.name = "interrupts/latched",
	.proves = "an MSI-X interrupt raised between the kernels arrives when its vector is set up",
	.devices = STRINGS(ONE(NVME_50, 1)),
	.shared_memory = 1,
	.disk = 1,
	.stage = { first, second },
	.judge = judge,
};

SCENARIO(interrupts_latched_early) = {
	.name = "interrupts/latched-early",
	.proves = "negative: without MSI-X enabled the interrupt is lost",
	.devices = STRINGS(ONE(NVME_50, 1)),
	.shared_memory = 1,
	.disk = 1,
	.stage = { first_early, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "the interrupt is lost",
};

SCENARIO(interrupts_latched_given_up) = {
	.name = "interrupts/latched-given-up",
	.proves = "latched MSI-X ends with the session, and when other interrupts are set up",
	.devices = STRINGS(ONE(NVME_50, 1)),
	.disk = 1,
	.shared_memory = 1,
	.stage = { given_up },
};
