// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A running device leaves while it waits for its owner, in each way there is.
 * The next kernel gives devices the identity mapping (iommu=pt), and the device
 * writes to the IO virtual address that is the physical address of a page it was
 * never given: in its own domain that is another page, in the identity domain it
 * is that page.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "continuity.h"
#include "device.h"
#include "hda.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "timeline.h"
#include "vfio.h"
#include "watch.h"

#define PAGE		4096
#define SESSION		"holdfast-removed"
#define TOKEN		1000	/* of the page it writes to, then of the canary */
#define SEED		345
#define LEFT		MARK_USER

/* The first input stream, see dev-hda.c */
#define POSITION	0x70
#define STREAM		0x80
#define STREAM_LENGTH	0x88
#define STREAM_RUN	(1u << 20 | 2)
#define STREAM_STOP	(1u << 20)

static char *page, *canary;

/* The position and both buffers go to one page */
static void aim(struct running *r, uint64_t iova)
{
	struct hda_entry *list = (void *)(r->owner.mem + HDA_LIST);
	struct owner *o = &r->owner;

	hda_check(r);
	bar_write(o, STREAM, STREAM_STOP);
	for (int i = 0; i < 2; i++)
		list[i] = (struct hda_entry){ iova + 0x400 * (i + 1), 0x400, 0 };
	bar_write(o, POSITION, iova | 1);
	bar_write(o, STREAM_LENGTH, 0x800);
	bar_write(o, STREAM, STREAM_RUN);
	bar_write(o, STREAM, STREAM_STOP);
	bar_write(o, STREAM, STREAM_RUN);
}

static int runs(void)
{
	uint32_t at = *(volatile uint32_t *)page;
	double end = now() + 2;

	while (*(volatile uint32_t *)page == at && now() < end)
		usleep(1000);
	return *(volatile uint32_t *)page != at;
}

static void leave(int hit)
{
	struct running *r = &running[0];
	int page_fd = memfd_make("page", PAGE);
	int canary_fd = memfd_make("canary", PAGE);
	uint64_t forbidden;

	page = memfd_map(page_fd, PAGE);
	canary = memfd_map(canary_fd, PAGE);
	pattern_fill(canary, PAGE, SEED);
	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(r);
	running_session(r, SESSION);
	CHECK_OK(luo_preserve(r->session_fd, page_fd, TOKEN));
	CHECK_OK(luo_preserve(r->session_fd, canary_fd, TOKEN + 1));
	forbidden = watch_physical(canary);
	CHECK_OK(iommufd_map_file(r->owner.iommufd, r->owner.ioas,
				  hit ? canary_fd : page_fd, PAGE, forbidden));
	aim(r, forbidden);
	CHECK(hit || runs(), "no DMA");
	running_preserve(r, SESSION);
	running_prepare();
	for (int i = 0; i < PAGE; i += 0x400)
		watch_add("canary", canary, 1, PAGE, i, ~0u);
	watch_add("page", page, 1, PAGE, 0, ~0u);
	watch_start();
	running_go();
}

static void first(void)
{
	leave(0);
}

static void check_canary(void)
{
	size_t at = pattern_check(canary, PAGE, SEED);

	CHECK(at == PAGE, "the canary was hit at %#zx", at);
}

static struct running *recall(void)
{
	struct running *r = &running[0];

	running_recall();
	running_find_session(r);
	page = memfd_map(CHECK_OK(luo_retrieve(r->session_fd, TOKEN)), PAGE);
	canary = memfd_map(CHECK_OK(luo_retrieve(r->session_fd, TOKEN + 1)),
			   PAGE);
	check_canary();
	CHECK(runs(), "no DMA in the next kernel");
	return r;
}

static void check_gone(void)
{
	CHECK(!runs(), "its DMA still lands");
	check_canary();
	mark(LEFT);
}

static void give_up(struct running *r)
{
	CHECK_OK(luo_discard(r->session_fd));
	check_gone();
}

static void rescan(void)
{
	int fd = open("/sys/bus/pci/rescan", O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, "1", 1) == 1, "rescan: %s", strerror(errno));
	close(fd);
}

/* Nobody has taken it: it stays as it is through all this */
static void refused(void)
{
	struct running *r = recall();
	const char *bdf = r->owner.bdf;

	CHECK_ERR(luo_retrieve(r->session_fd, r->token + 2), ENODEV);
	pci_bind(bdf, "vfio-pci");
	CHECK_OK(pci_unbind(bdf));
	CHECK_ERR(pci_attr_write(bdf, "remove", "1"), EBUSY);
	CHECK_ERR(pci_attr_write(pci_parent(bdf), "remove", "1"), EBUSY);
	CHECK(runs(), "does not run any more");
	check_canary();
	give_up(r);
	pci_check_state(bdf, "none");
	CHECK_OK(pci_attr_write(bdf, "remove", "1"));
	rescan();
	CHECK_OK(pci_wait(bdf, 1, 20));
	check_gone();
}

static void power_off(void)
{
	struct running *r = recall();
	glob_t slots;
	int fd;

	CHECK(!glob("/sys/bus/pci/slots/*/power", 0, NULL, &slots) &&
	      slots.gl_pathc == 1, "no slot, or more than one");
	fd = open(slots.gl_pathv[0], O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0 && write(fd, "0", 1) < 0 && errno == EBUSY,
	      "%s: powering off is not refused", slots.gl_pathv[0]);
	close(fd);
	CHECK(runs(), "does not run any more");
	check_canary();
	give_up(r);
}

static void unplug(void)
{
	struct running *r = recall();

	ask_host("unplug");
	CHECK_OK(pci_wait(r->owner.bdf, 0, 20));
	check_gone();
	give_up(r);
}

static void pull_out(void)
{
	double end = now() + 20;

	ask_host("pull-out");
	say("pulled out");	/* the console may hold back the last line */
	while (runs())
		CHECK(now() < end, "its DMA still lands");
}

/* What is plugged in next is not the device that ran */
static void pulled_out(void)
{
	struct running *r = recall();
	const char *bdf = r->owner.bdf;

	pull_out();
	CHECK_OK(pci_wait(bdf, 0, 20));
	check_gone();
	CHECK_ERR(luo_retrieve(r->session_fd, r->token + 2), ENODEV);
	ask_host("plug");
	say("plugged in");
	CHECK_OK(pci_wait(bdf, 1, 20));
	pci_check_state(bdf, "incoming");
	CHECK(pci_attr_is(bdf, "liveupdate/running", "0"),
	      "%s: plugged in anew, and reported as running", bdf);
	give_up(r);
	pci_check_state(bdf, "none");
}

/* Its removal waits until the owner has let go, as for any device in use */
static void pulled_from_owner(void)
{
	struct running *r = recall();
	struct owner *o = &r->owner;

	running_retrieve(r);
	pull_out();
	CHECK(pci_exists(o->bdf), "%s: removed while in use", o->bdf);
	munmap((void *)o->bar, o->bar_size);
	close(o->dev);
	close(r->session_fd);
	CHECK_OK(pci_wait(o->bdf, 0, 20));
	check_gone();
	r->session_fd = -1;
	running_find_session(r);
	CHECK_OK(luo_discard(r->session_fd));
}

static void die(struct running *r)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		running_retrieve(r);
		raise(SIGKILL);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status),
	      "the owner did not get that far: %#x", status);
}

static void owner_dies(void)
{
	struct running *r = recall();

	die(r);
	check_canary();
	give_up(r);
}

/* Its engine is still at work when its mappings go */
static void no_reset(void)
{
	struct running *r = recall();
	const char *bdf = r->owner.bdf;

	CHECK_OK(pci_attr_write(bdf, "reset_method", "\n"));
	give_up(r);
	CHECK(!(pci_read(bdf, PCI_COMMAND, 2) & PCI_COMMAND_MASTER),
	      "%s: discarded, and may do DMA", bdf);
}

/* To the last time that the guest says so: then the page is free for anybody */
static struct span until_left(const struct evidence *ev)
{
	struct span s = { 0 };

	for (size_t i = 0; i < ev->n_events; i++)
		if (ev->events[i].kind == TRACE_MARKER &&
		    ev->events[i].kernel == 2 && ev->events[i].marker == LEFT)
			s.to = i;
	return s;
}

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 2, MARK_INIT, 2, LEFT);
	struct arrivals hits = arrivals_load(ev, "canary");
	struct arrivals own = arrivals_load(ev, "page");
	size_t n;

	n = flow_of(ev, &hits, until_left(ev)).n;
	if (n)
		complain(ev, "the page that it was not given was hit %zu times",
			 n);
	expect_flow(ev, &own, s, 10, 0);
	arrivals_free(&hits);
	arrivals_free(&own);
}

static void judge_no_reset(struct evidence *ev)
{
	judge(ev);
	if (log_count(ev, 2, "liveupdate: reset failed .* do not use before a reboot") != 1)
		complain(ev, "log: not one line that the reset failed");
}

#define MONITOR(command)						\
	"{\"execute\":\"human-monitor-command\",\"arguments\":"		\
	"{\"command-line\":\"" command "\"}}"

static const struct host_action actions[] = {
	{ "unplug", "{\"execute\":\"device_del\",\"arguments\":"
		    "{\"id\":\"hda0\"}}" },
	/*
	 * QEMU unplugs what is in a slot whose power goes off. With the power back on
	 * the kernel finds an empty slot and a link that is down, and nobody has
	 * pressed the attention button.
	 */
	{ "pull-out", "{\"execute\":\"stop\"}\n"
		      MONITOR("o/w 0xcf8 0x8000886c") "\n"
		      MONITOR("o/h 0xcfc 0x17f9") "\n"
		      MONITOR("o/h 0xcfc 0x13f9") "\n"
		      "{\"execute\":\"cont\"}" },
	{ "plug", "{\"execute\":\"device_add\",\"arguments\":"
		  "{\"driver\":\"ich9-intel-hda\",\"bus\":\"rp1\"}}" },
	{ 0 },
};

#define REMOVED(...)	REMOVED_JUDGED(judge, __VA_ARGS__)

#define REMOVED_JUDGED(judges, sym, suffix, how, leaves, ...)		\
SCENARIO(removed_##sym) = {						\
	.name = "running/removed" suffix,					\
	.proves = "a running device that nobody stopped never gets the identity mapping: " how, \
	.devices = STRINGS(ROOT_PORT(1), __VA_ARGS__),			\
	.shared_memory = 1,						\
	.cmdline = { NULL, "iommu=pt" },				\
	.stage = { first, leaves },					\
	.actions = actions,						\
	.judge = judges,						\
	.log_allow = STRINGS("DMAR: DRHD: handling fault status",	\
			     "DMAR: \\[DMA .*Request device"),		\
}

REMOVED(refused, "", "unbound, failed to be retrieved, discarded, found again",
	refused, HDA("rp1"));
REMOVED(scalable, "-scalable", "the same in scalable mode", refused,
	HDA("rp1"), IOMMU_SCALABLE);
REMOVED(slot, "-slot", "its slot not powered off", power_off, HDA("rp1"),
	HOTPLUG_NATIVE);
REMOVED(ejected, "-ejected", "ejected by the firmware", unplug, HDA("rp1"));
REMOVED(button, "-button", "its attention button pressed", unplug, HDA("rp1"),
	HOTPLUG_NATIVE);
REMOVED(surprise, "-surprise", "pulled out, and another one plugged in",
	pulled_out, HDA("rp1"), HOTPLUG_NATIVE);
REMOVED(open, "-open", "pulled out before finish", pulled_from_owner,
	HDA("rp1"), HOTPLUG_NATIVE);
REMOVED(death, "-death", "its owner dead, then discarded", owner_dies,
	HDA("rp1"));
REMOVED_JUDGED(judge_no_reset, no_reset, "-no-reset",
	       "no way left to reset it, then discarded", no_reset, HDA("rp1"));

/* The page is mapped where it is: what goes there is seen */
static void first_hit(void)
{
	leave(1);
}

static void second_hit(void)
{
	struct running *r = &running[0];

	running_recall();
	running_find_session(r);
	canary = memfd_map(CHECK_OK(luo_retrieve(r->session_fd, TOKEN + 1)),
			   PAGE);
	check_canary();
}

SCENARIO(removed_mirror) = {
	.name = "running/removed-negative",
	.proves = "mirror: a page that the device reaches is seen to be hit",
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.cmdline = { NULL, "iommu=pt" },
	.stage = { first_hit, second_hit },
	.expect = OUTCOME_GUEST,
	.expect_text = "the canary was hit at 0",
};
