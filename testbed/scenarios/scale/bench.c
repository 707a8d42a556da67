// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the verb "bench" runs: N devices go through a live update, and the same
 * machine goes through the same kexec with an empty session. Time is virtual:
 * an instruction takes a nanosecond, a wait as long as it says, and the clock
 * does not stop between the kernels.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <x86intrin.h>

#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "measure.h"
#include "owner.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "stage.h"
#include "vfio.h"

#define MAX_DEVICES	200
#define SESSION		"bench"

/*
 * virtio-net: reset at function level, as nearly all that is passed through is.
 * nvme would do, too, but its model does things on a thread of its own, and igb
 * takes the firmware minutes in such numbers. Its own driver stays away.
 */
#define PORT(s, f) \
	"-device", "pcie-root-port,id=p" #s #f ",chassis=" #s #f \
		   ",addr=" #s "." #f ",multifunction=on", \
	"-device", "virtio-net-pci,romfile=,iommu_platform=on,ioeventfd=off," \
		   "disable-legacy=on,bus=p" #s #f
#define SLOT(s)	PORT(s, 0), PORT(s, 1), PORT(s, 2), PORT(s, 3), \
		PORT(s, 4), PORT(s, 5), PORT(s, 6), PORT(s, 7)
#define SLOTS_8		SLOT(11), SLOT(12), SLOT(13), SLOT(14), \
			SLOT(15), SLOT(16), SLOT(17), SLOT(18)

/* A device that can be made to refuse, and no clock but the virtual one */
#define MACHINE \
	"-smp", "1", "-icount", "shift=0,sleep=off", "-seed", "1", \
	"-rtc", "base=2026-01-01T00:00:00,clock=vm", \
	"-device", "pcie-root-port,id=pl,chassis=250,addr=9", EDU("pl")

#define CMDLINE \
	"loglevel=6 initcall_blacklist=virtio_pci_driver_init"

static struct owner owners[MAX_DEVICES];

/* What is special about this run: see BENCH_ALL */
static int is(const char *kind)
{
	return !!strstr(stage.scenario->name, kind);
}

/*
 * Interrupts of the last device in the last session are on: everything before
 * it is frozen, it refuses, everything is unfrozen.
 */
static void measure_freeze(void)
{
	struct owner late;
	int session = CHECK_OK(luo_create(SESSION "-late"));
	int event = eventfd(0, EFD_CLOEXEC);

	owner_open(&late, pci_find(ID_EDU, 0));
	CHECK_OK(luo_preserve(session, late.dev, 0));
	CHECK_OK(vfio_irq_enable(late.dev, VFIO_PCI_MSI_IRQ_INDEX, event));
	for (int i = 0; i < 3; i++) {
		struct log_clock clock;

		log_clock_start(&clock);
		CHECK_ERR(raw_reboot(), EINVAL);
		log_clock_stop(&clock, "liveupdate: cannot be frozen");
		/* The first one finds cold caches of all kinds */
		if (i == 2)
			say("bench: freeze=%ld unfreeze=%ld",
			    clock.to_record, clock.after_record);
	}
	CHECK_OK(vfio_irq_disable(late.dev, VFIO_PCI_MSI_IRQ_INDEX));
	close(session);
	owner_close(&late);
	close(event);
}

/*
 * Clocks of the machine that a booting kernel waits for tick on their own: let
 * all runs leave at the same moment of a second. It costs nothing to wait for
 * what is still under way, too.
 */
static void wait_for_full_second(void)
{
	const unsigned long long second = 1000000000, early = 300000;

	sleep(2);
	usleep((second - __rdtsc() % second + second - early) / 1000);
	while (__rdtsc() % second > second / 2)
		;
}

static void first(void)
{
	int n = pci_count(ID_VIRTIO_NET), session;
	struct samples preserve, reset;
	char *list = NULL;
	long pages;

	samples_init(&preserve);
	samples_init(&reset);
	for (int i = 0; i < n; i++) {
		owner_open(&owners[i], pci_find(ID_VIRTIO_NET, i));
		list = text_add(list, "%s\n", owners[i].bdf);
	}
	carry_put("devices", list, strlen(list));
	for (int i = 0; i < n; i++)
		SAMPLE(&reset, CHECK_OK(vfio_reset(owners[i].dev)));
	samples_say(&reset, "reset");

	session = CHECK_OK(luo_create(SESSION));
	kexec_prepare(NULL);
	pages = free_pages();
	for (int i = 0; i < n && !is("empty"); i++)
		SAMPLE(&preserve, CHECK_OK(luo_preserve(session,
							owners[i].dev, i)));
	if (!is("empty")) {
		pages -= free_pages();
		samples_say(&preserve, "preserve");
		say("bench: pages=%ld", pages);
	}
	measure_freeze();
	/*
	 * Taken away only now: what cannot be reset cannot be preserved. The
	 * kernel says so, tries in vain and goes on.
	 */
	for (int i = 0; i < n && is("noreset"); i++)
		CHECK_OK(pci_attr_write(owners[i].bdf, "reset_method", "\n"));
	wait_for_full_second();
	say("bench: clock reboot=%llu", __rdtsc());
	FAIL("reboot(KEXEC): %s", err_name(raw_reboot()));
}

static int recall(void)
{
	char *list = carry_get("devices", NULL), *end;
	int n = 0;

	for (char *p = strtok_r(list, "\n", &end); p;
	     p = strtok_r(NULL, "\n", &end))
		snprintf(owners[n++].bdf, sizeof(owners[0].bdf), "%s", p);
	return n;
}

static int get_device(const char *cdev, int session, int i)
{
	if (session < 0)
		return open(cdev, O_RDWR | O_CLOEXEC);
	return luo_retrieve(session, i);
}

/* Every device usable again, its file bound to an iommufd */
static void take_back(int n, int session)
{
	struct samples get, bind;

	samples_init(&get);
	samples_init(&bind);
	for (int i = 0; i < n; i++) {
		struct hf_device d = { .size = sizeof(d) };
		struct owner *o = &owners[i];

		pci_bind(o->bdf, "vfio-pci");
		CHECK_OK(hf_device_find(NULL, o->bdf, &d, NULL));
		SAMPLE(&get, o->dev = CHECK_OK(get_device(d.cdev, session,
							   i)));
		o->iommufd = CHECK_OK(iommufd_open());
		SAMPLE(&bind, CHECK_OK(vfio_bind(o->dev, o->iommufd)));
	}
	samples_say(&get, session < 0 ? "open" : "retrieve");
	samples_say(&bind, "bind");
}

static void second(void)
{
	unsigned long long clock = __rdtsc(), back;
	int n = recall(), session = -1;
	struct samples finish;

	say("bench: clock init=%llu", clock);
	say("bench: entries=%d", log_records("liveupdate: incoming"));
	/* The first one reads what came along, which is not to be counted */
	close(CHECK_OK(raw_luo_open()));
	back = __rdtsc();
	if (!is("empty"))
		session = CHECK_OK(luo_retrieve_session(SESSION));
	take_back(n, session);
	back = __rdtsc() - back;
	say("bench: back=%llu", back);
	if (is("empty"))
		return;
	samples_init(&finish);
	SAMPLE(&finish, CHECK_OK(luo_finish(session)));
	samples_say(&finish, "finish");
	for (int i = 0; i < n; i++)
		CHECK_OK(vfio_check_bound(owners[i].dev));
}

#define BENCH(n, kind, words, ...)					\
SCENARIO(bench_##n##_##kind) = {					\
	.name = "scale/bench-" #n "-" #kind,				\
	.proves = words,						\
	.variants = "prod",						\
	.on_request = 1,						\
	.devices = STRINGS(MACHINE, __VA_ARGS__),			\
	.cmdline = { CMDLINE, CMDLINE },				\
	.stage = { first, second },					\
	.time_limit = 600,						\
	.silence_limit = 120,						\
}

/*
 * Nothing preserved; all preserved; and all preserved, but none is reset by
 * the old kernel: the wait for a reset hides whatever takes less than a tick.
 */
#define BENCH_ALL(n, ...)						\
	BENCH(n, empty, #n " devices, and a kexec that preserves none",	\
	      __VA_ARGS__);						\
	BENCH(n, full, #n " devices preserved in virtual time",		\
	      __VA_ARGS__);						\
	BENCH(n, noreset, #n " devices preserved, but not reset",	\
	      __VA_ARGS__)

BENCH_ALL(1, PORT(11, 0));
BENCH_ALL(8, SLOT(11));
BENCH_ALL(64, SLOTS_8);
