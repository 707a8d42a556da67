// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fatal PCI Express errors, whose recovery resets all devices below the port: while
 * preserved, while waiting for the owner, and between retrieve and finish. Detected by
 * the port above or by the device itself.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <unistd.h>

#include "continuity.h"
#include "device.h"
#include "hda.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "monitor.h"
#include "pci.h"
#include "scenario.h"
#include "timeline.h"
#include "vfio.h"
#include "watch.h"
#include "witness.h"

#define SESSION	"holdfast-recovery"
#define ENABLED	(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)

/* Hit while it waits (and is preserved); hit before finish; hit before bind */
enum { WAITS, TAKEN, RETRIEVED };

static int is_running(const struct running *r)
{
	return pci_attr_is(r->owner.bdf, "liveupdate/running", "1");
}

static void inject(const char *where)
{
	ask_host(where);
	say("error injected");	/* the console may hold back the last line */
}

/* The port resets the device, whose registers then have their initial values */
static void wait_reset(const char *bdf)
{
	double end = now() + 20;

	while (pci_read(bdf, PCI_COMMAND, 2) & ENABLED) {
		CHECK(now() < end, "%s: error recovery did not reset it", bdf);
		usleep(100000);
	}
}

static void wait_stopped(struct running *r)
{
	double end = now() + 20;

	while (is_running(r)) {
		CHECK(now() < end, "%s: reset by error recovery, but reported as running",
		      r->owner.bdf);
		usleep(100000);
	}
}

static void enable(struct running *r)
{
	unsigned int command;

	CHECK_OK(vfio_config_read(r->owner.dev, PCI_COMMAND, 2, &command));
	CHECK_OK(vfio_config_write(r->owner.dev, PCI_COMMAND, 2,
				   command | ENABLED));
}

static void first(void)
{
	struct running *hit = &running[WAITS];

	running_open(hit, pci_find(ID_HDA, 0), HDA_MEMORY);
	running_open(&running[TAKEN], pci_find(ID_HDA, 1), HDA_MEMORY);
	running_open(&running[RETRIEVED], pci_find(ID_VIRTIO_RNG, 0), HDA_MEMORY);
	hda_start(hit);
	hda_start(&running[TAKEN]);
	hda_watch(&running[TAKEN]);
	watch_start();
	mark(MARK_USER);
	for (int i = WAITS; i <= RETRIEVED; i++)
		running_preserve(&running[i], SESSION);
	running_prepare();

	inject("port");
	wait_reset(hit->owner.bdf);
	sleep(1);
	CHECK_ERR(kexec_reboot(), EINVAL);
	CHECK(is_running(hit), "%s: given up", hit->owner.bdf);
	CHECK_OK(vfio_reset(hit->owner.dev));
	enable(hit);
	hda_start(hit);
	hda_check(hit);
	running_go();
}

/* Retrieve a device that recovery resets now, unless it has done so before */
static void take_idle(struct running *r, const char *where)
{
	struct owner *o = &r->owner;

	pci_bind(o->bdf, "vfio-pci");
	running_find_session(r);
	o->memfd = CHECK_OK(luo_retrieve(r->session_fd, r->token));
	o->mem = memfd_map(o->memfd, r->size);
	o->iommufd = CHECK_OK(luo_retrieve(r->session_fd, r->token + 1));
	o->dev = CHECK_OK(luo_retrieve(r->session_fd, r->token + 2));
	if (where) {
		CHECK(is_running(r), "%s: stopped", o->bdf);
		inject(where);
		wait_stopped(r);
		sleep(1);	/* recovery ends */
	}
	CHECK_OK(vfio_bind_id(o->dev, o->iommufd, &r->dev_id));
	CHECK_OK(vfio_attach(o->dev, r->hwpt));
	pci_check_state(o->bdf, "retrieved");
	enable(r);
	o->ops = device_ops(o->bdf);
	o->bar = vfio_bar_map(o->dev, o->ops->bar, &o->bar_size);
	CHECK(o->bar, "%s: the BAR cannot be mapped", o->bdf);
}

static void second(void)
{
	struct running *waits = &running[WAITS], *taken = &running[TAKEN];
	struct running *retrieved = &running[RETRIEVED];

	running_recall();
	inject("port");
	wait_stopped(waits);
	CHECK(is_running(taken), "%s: stopped", taken->owner.bdf);
	take_idle(waits, NULL);
	take_idle(retrieved, "device");
	running_retrieve(taken);
	hda_check(taken);
	mark(MARK_USER);

	inject("other");
	wait_stopped(taken);
	sleep(1);
	CHECK_OK(vfio_reset(taken->owner.dev));
	running_finish();

	/* Devices like any other */
	hda_start(waits);
	hda_check(waits);
	enable(taken);
	hda_start(taken);
	hda_check(taken);
	CHECK_OK(retrieved->owner.ops->alive(&retrieved->owner));
	hda_stop(waits);
	hda_stop(taken);
	for (int i = WAITS; i <= RETRIEVED; i++)
		running_close(&running[i]);
}

#define LIMIT	0.5

static void judge(struct evidence *ev)
{
	static const char *const stopped[] = {
		"01:00.0: liveupdate: no longer running",
		"02:00.0: liveupdate: no longer running",
		"03:00.0: liveupdate: no longer running",
		"01:00.0: liveupdate: stopped since it was handed over",
	};
	struct arrivals a = arrivals_load(ev, "hda");

	for (size_t i = 0; i < ARRAY_SIZE(stopped); i++)
		if (log_count(ev, 2, stopped[i]) != 1)
			complain(ev, "log: kernel 2 does not say once '%s'",
				 stopped[i]);
	if (log_count(ev, 1, "01:00.0: liveupdate: cannot be frozen: .*reset") != 1)
		complain(ev, "log: kernel 1 does not say why it refused");
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), 100,
		    LIMIT);
	arrivals_free(&a);
}

static const struct host_action actions[] = {
	INJECT_ERROR("port", "rp1"),
	INJECT_ERROR("other", "rp2"),
	INJECT_ERROR("device", "rng"),	/* needs aer=on, which e1000e and igb lack */
	{ 0 },
};

SCENARIO(error_recovery) = {
	.name = "running/error-recovery",
	.proves = "a device that error recovery resets no longer counts as running, and works again",
	.devices = STRINGS(ONE(HDA, 1), ROOT_PORT(2),
			   "-audiodev", "none,id=a1",
			   "-device", "ich9-intel-hda,id=hda1,bus=rp2",
			   "-device", "hda-duplex,bus=hda1.0,audiodev=a1",
			   ROOT_PORT(3), "-device",
			   "virtio-rng-pci,id=rng,aer=on,iommu_platform=on,"
			   "disable-legacy=on,bus=rp3", HOTPLUG_NATIVE),
	.shared_memory = 1,
	.actions = actions,
	.log_allow = STRINGS("AER: ", "PCIe Bus Error", "DLP .*Data Link Layer"),
	.stage = { first, second },
	.judge = judge,
};

/* No kernel is there: the port resets the device by itself, as DPC does */
static void first_alone(void)
{
	running_open(&running[0], pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(&running[0]);
	running_preserve(&running[0], SESSION);
	running_prepare();
	running_go();
}

static void second_alone(void)
{
	struct running *r = &running[0];

	running_recall_stopped();
	take_idle(r, NULL);
	running_finish();
	hda_start(r);
	hda_check(r);
	hda_stop(r);
	running_close(r);
}

static void judge_alone(struct evidence *ev)
{
	if (log_count(ev, 2, "01:00.0: liveupdate: BAR 0 .* lost its address") != 1 ||
	    log_count(ev, 2, "01:00.0: liveupdate: no longer running") != 1)
		complain(ev, "log: kernel 2 does not say once that it was reset");
}

static const struct host_action reset[] = {
	RESET_BELOW_PORT_1("reset"),
	{ 0 },
};

SCENARIO(error_recovery_alone) = {
	.name = "running/error-recovery-alone",
	.proves = "a device that is reset between the kernels does not count as running, and works again",
	.devices = STRINGS(ONE(HDA, 1)),
	.actions = reset,
	.action_line = "Starting new kernel",
	.action_kernel = 1,
	.stage = { first_alone, second_alone },
	.judge = judge_alone,
};
