// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A running device asserts INTx all the time, on a line that a disk of the host
 * uses. Nobody handles it before the owner sets it up: unmasked, the kernel would
 * turn the line off after 100,000 interrupts, and the disk with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <unistd.h>

#include "continuity.h"
#include "device.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "vfio.h"

#define SIZE		(64 << 10)
#define STORM_SECONDS	30

/* Registers of e1000e: cause (read clears), set cause, mask, unmask */
#define ICR		0xc0
#define ICS		0xc8
#define IMS		0xd0
#define IMC		0xd8
#define CAUSE		(1u << 2)

/* The Command register as the device has it, not as its owner sees it */
static unsigned int command_of(const char *bdf)
{
	unsigned char config[64];
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", bdf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	CHECK_EQ(read(fd, config, sizeof(config)), (ssize_t)sizeof(config));
	close(fd);
	return config[PCI_COMMAND] | config[PCI_COMMAND + 1] << 8;
}

/* Identify controller: its completion is an interrupt on the line */
static void check_disk(void)
{
	static char data[4096] __attribute__((aligned(4096)));
	struct nvme_admin_cmd cmd = {
		.opcode = 6,
		.addr = (uintptr_t)data,
		.data_len = sizeof(data),
		.cdw10 = 1,
	};
	double from = now();
	int fd = open("/dev/nvme0", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0, "/dev/nvme0: %s", strerror(errno));
	CHECK(!ioctl(fd, NVME_IOCTL_ADMIN_CMD, &cmd), "identify: %s",
	      strerror(errno));
	CHECK(now() - from < 2, "identify took %.1f s", now() - from);
	close(fd);
}

static void assert_intx(struct owner *o)
{
	bar_write(o, IMS, CAUSE);
	bar_write(o, ICS, CAUSE);
}

static void check_masked(const struct owner *o, unsigned int masked)
{
	CHECK((command_of(o->bdf) & PCI_COMMAND_INTX_DISABLE) ==
	      (masked ? PCI_COMMAND_INTX_DISABLE : 0),
	      "%s: INTx is %smasked", o->bdf, masked ? "not " : "");
}

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_E1000E, 0), SIZE);
	check_disk();
	running_preserve(r, "holdfast-shared-line");
	check_masked(&r->owner, 0);
	running_prepare();
	assert_intx(&r->owner);
	running_go();
}

static void take_back(struct running *r)
{
	running_recall();
	check_masked(&r->owner, 1);
	check_disk();
	running_retrieve(r);
	check_masked(&r->owner, 1);
	CHECK(bar_read(&r->owner, IMS) & CAUSE, "INTx is not enabled");
	check_disk();
}

static void second(void)
{
	struct running *r = &running[0];
	struct owner *o = &r->owner;
	int event = eventfd(0, EFD_CLOEXEC);
	struct pollfd p = { .fd = event, .events = POLLIN };

	take_back(r);
	running_finish();
	check_masked(o, 1);
	check_disk();

	/* It was pending all the time, and comes when it is set up */
	CHECK_OK(vfio_irq_enable(o->dev, VFIO_PCI_INTX_IRQ_INDEX, event));
	CHECK(poll(&p, 1, 2000) == 1, "no interrupt");
	CHECK(bar_read(o, ICR) & CAUSE, "the interrupt was lost");
	bar_write(o, IMC, ~0u);
	CHECK_OK(vfio_irq_disable(o->dev, VFIO_PCI_INTX_IRQ_INDEX));
	check_disk();
	running_close(r);
}

/* How soon the kernel has counted enough interrupts is up to the machine */
static void wait_for_storm(void)
{
	static char log[1 << 16];

	for (int i = 0; i < STORM_SECONDS; i++) {
		int len = klogctl(3 /* read all */, log, sizeof(log) - 1);

		if (len > 0 && memmem(log, len, "nobody cared", 12))
			return;
		sleep(1);
	}
}

/* The owner unmasks INTx and does not set it up */
static void second_unmasked(void)
{
	struct running *r = &running[0];
	unsigned int command;

	take_back(r);
	running_finish();
	CHECK_OK(vfio_config_read(r->owner.dev, PCI_COMMAND, 2, &command));
	CHECK_OK(vfio_config_write(r->owner.dev, PCI_COMMAND, 2,
				   command | PCI_COMMAND_INTX_DISABLE));
	CHECK_OK(vfio_config_write(r->owner.dev, PCI_COMMAND, 2,
				   command & ~PCI_COMMAND_INTX_DISABLE));
	check_masked(&r->owner, 0);
	wait_for_storm();
	running_close(r);
}

/* Slots that are four apart share a line */
#define SHARED_LINE	STRINGS(ONE(E1000E, 1), ONE(NVME, 5))
#define NO_MSI		{ "pci=nomsi", "pci=nomsi" }

SCENARIO(shared_line) = {
	.name = "interrupts/shared-line",
	.proves = "a running device's INTx stays masked until its owner sets it up",
	.devices = SHARED_LINE,
	.cmdline = NO_MSI,
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge_running,
};

SCENARIO(shared_line_unmasked) = {
	.name = "interrupts/shared-line-unmasked",
	.proves = "negative: unmasked, the device turns its neighbour's line off",
	.variants = "prod",
	.devices = SHARED_LINE,
	.cmdline = NO_MSI,
	.shared_memory = 1,
	.stage = { first, second_unmasked },
	.judge = judge_running,
	.expect = OUTCOME_LOG,
	.expect_text = "Call Trace",
};

static void first_unmaskable(void)
{
	struct running *r = &running[0];
	int session;

	running_open(r, pci_find(ID_E1000E, 0), SIZE);
	session = CHECK_OK(luo_create("holdfast-unmaskable"));
	CHECK_OK(iommufd_mark(r->owner.iommufd, r->hwpt));
	CHECK_OK(luo_preserve(session, r->owner.memfd, 0));
	CHECK_OK(luo_preserve(session, r->owner.iommufd, 1));
	CHECK_ERR(luo_preserve(session, r->owner.dev, 2), EINVAL);
	pci_check_state(r->owner.bdf, "none");
	CHECK_OK(vfio_attach(r->owner.dev, r->hwpt));
	close(session);
	running_close(r);
}

static void judge_unmaskable(struct evidence *ev)
{
	if (log_count(ev, 1, "cannot be preserved: its INTx cannot be masked") != 1)
		complain(ev, "log: the refusal has no reason");
}

SCENARIO(unmaskable) = {
	.name = "interrupts/unmaskable",
	.proves = "a device whose INTx cannot be masked is not kept running",
	.devices = STRINGS(ONE(E1000E, 1)),
	.cmdline = { "vfio_pci.nointxmask=1" },
	.stage = { first_unmaskable },
	.judge = judge_unmaskable,
};
