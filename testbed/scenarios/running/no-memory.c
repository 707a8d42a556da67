// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every allocation in what is called for a device that runs on fails once. An
 * allocation that fails need not make the call fail. In the old kernel it is
 * undone then and made again; in the new one it stays, and the next device goes
 * on where this one has stopped.
 */
#include <errno.h>
#include <unistd.h>

#include "edu.h"
#include "fault.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "raw.h"
#include "running.h"
#include "scenario.h"
#include "vfio.h"

#define LIMIT	2000
#define SIZE	(256 << 10)
#define DEVICES	16

#define PORT(s, f) \
	"-device", "pcie-root-port,id=p" #s #f ",chassis=" #s #f \
		   ",addr=" #s "." #f ",multifunction=on", EDU("p" #s #f)
#define SLOT(s)	PORT(s, 0), PORT(s, 1), PORT(s, 2), PORT(s, 3), \
		PORT(s, 4), PORT(s, 5), PORT(s, 6), PORT(s, 7)

enum file { MEMORY, IOMMUFD, DEVICE };

static void check_dma(struct running *r)
{
	CHECK_OK(edu_write_ram(r->owner.bar, OWNER_IOVA, EDU_BUFFER));
	guard_check(r, EDU_BUFFER, r->size);
}

/* Whatever failed, the address space is the owner's to change again */
static void check_mutable(struct running *r)
{
	running_map_more(r);
	running_unmap_more(r);
	check_dma(r);
}

static int try_mark(struct running *r, int n)
{
	struct owner *o = &r->owner;
	uint32_t hwpt;
	int ret, fired;

	CHECK_OK(iommufd_hwpt_alloc(o->iommufd, r->dev_id, o->ioas, &hwpt));
	fault_arm(n);
	ret = iommufd_mark(o->iommufd, hwpt);
	fired = fault_disarm();
	CHECK(fired || !ret, "mark: %s without a fault", err_name(ret));
	if (ret)
		CHECK_OK(iommufd_mark(o->iommufd, hwpt));
	CHECK_OK(iommufd_destroy(o->iommufd, hwpt));
	return fired;
}

static int try_preserve(struct running *r, int n, enum file which)
{
	int fds[] = { r->owner.memfd, r->owner.iommufd, r->owner.dev };
	int session = CHECK_OK(luo_create("holdfast-no-memory")), ret, fired;

	for (int i = 0; i < (int)which; i++)
		CHECK_OK(luo_preserve(session, fds[i], i));
	fault_arm(n);
	ret = luo_preserve(session, fds[which], which);
	fired = fault_disarm();
	CHECK(fired || !ret, "preserve %d: %s without a fault", which,
	      err_name(ret));
	if (ret) {
		pci_check_state(r->owner.bdf, "none");
		if (which == IOMMUFD)
			check_mutable(r);
		CHECK_OK(luo_preserve(session, fds[which], which));
	}
	close(session);
	pci_check_state(r->owner.bdf, "none");
	check_mutable(r);
	return fired;
}

static int try_iommufd(struct running *r, int n)
{
	return try_preserve(r, n, IOMMUFD);
}

static int try_device(struct running *r, int n)
{
	return try_preserve(r, n, DEVICE);
}

static int try_close(struct running *r, int n)
{
	int fds[] = { r->owner.memfd, r->owner.iommufd, r->owner.dev };
	int session = CHECK_OK(luo_create("holdfast-no-memory")), fired;

	for (int i = 0; i < (int)ARRAY_SIZE(fds); i++)
		CHECK_OK(luo_preserve(session, fds[i], i));
	fault_arm(n);
	close(session);
	fired = fault_disarm();
	pci_check_state(r->owner.bdf, "none");
	check_mutable(r);
	return fired;
}

static void sweep(const char *what, struct running *r,
		  int (*try)(struct running *r, int n))
{
	int n;

	for (n = 1; try(r, n); n++)
		CHECK(n < LIMIT, "%s: no end after %d sites", what, n);
	say("note: %s: %d sites failed once", what, n - 1);
}

static void preserving(void)
{
	struct running *r = &running[0];

	if (!fault_available())
		stage_skip("this kernel has no fault injection");
	fault_setup();
	running_open(r, pci_find(ID_EDU, 0), SIZE);
	CHECK_OK(iommufd_mark(r->owner.iommufd, r->hwpt));
	/* Once without, so that what is allocated for good is there */
	try_close(r, LIMIT);
	leak_mark();
	sweep("mark", r, try_mark);
	sweep("preserve of an iommufd", r, try_iommufd);
	sweep("preserve of a device", r, try_device);
	sweep("unpreserve", r, try_close);
	running_close(r);
	leak_check();
}

static void first(void)
{
	if (!fault_available())
		stage_skip("this kernel has no fault injection");
	for (int i = 0; i < DEVICES; i++) {
		char *session = text("holdfast-no-memory-%d", i);

		running_open(&running[i], pci_find(ID_EDU, i), SIZE);
		running_preserve(&running[i], session);
	}
	running_prepare();
	running_go();
}

struct operation {
	const char *what;
	int (*call)(struct running *r);
	int step;		/* bytes, for what has too many sites */
	int next;		/* the site to fail, or step */
	int failed;
	int lacked;		/* memory, when it succeeded */
	int done;		/* there is no site any more */
};

static int get_iommufd(struct running *r)
{
	return luo_retrieve(r->session_fd, r->token + IOMMUFD);
}

static int get_device(struct running *r)
{
	return luo_retrieve(r->session_fd, r->token + DEVICE);
}

static int bind(struct running *r)
{
	return vfio_bind_id(r->owner.dev, r->owner.iommufd, &r->dev_id);
}

static int attach(struct running *r)
{
	return vfio_attach(r->owner.dev, r->hwpt);
}

static struct operation operations[] = {
	{ .what = "retrieve of an iommufd", .call = get_iommufd, .step = 128 },
	{ .what = "retrieve of a device", .call = get_device },
	{ .what = "bind", .call = bind, .step = 512 },
	{ .what = "attach", .call = attach },
};

/*
 * One site, or all from some byte on. The latter is for calls that pass many
 * sites which do no harm: fewer attempts succeed, each of which uses up a device.
 */
static int attempt(struct running *r, struct operation *op, int *fired)
{
	int ret;

	op->next++;
	if (op->step)
		fault_arm_all(op->next * op->step, ALL_WELL);
	else
		fault_arm(op->next);
	ret = op->call(r);
	*fired = op->step ? fault_disarm_all() : fault_disarm();
	CHECK(ret >= 0 || *fired, "%s: %s without a fault", op->what,
	      err_name(ret));
	return ret;
}

static int perform(struct running *r, struct operation *op)
{
	while (!op->done) {
		int fired, ret = attempt(r, op, &fired);

		op->done = !fired;
		op->lacked = fired;
		if (ret >= 0) {
			/* What does no harm may do without a lot of memory */
			if (op->step)
				op->next += op->next / 4;
			return ret;
		}
		op->failed++;
		CHECK_ERR(luo_finish(r->session_fd), EBUSY);
		CHECK(op->next < LIMIT, "%s: no end after %d sites", op->what,
		      LIMIT);
	}
	return CHECK_OK(op->call(r));
}

/*
 * What it had to allocate could fail, and then the session would not end. Now
 * and then an attempt fails that warns of nothing (__GFP_NOWARN): no harm.
 */
static void finish(struct running *r)
{
	int ret;

	fault_arm_all(0, 0);
	ret = raw_finish(r->session_fd);
	fault_disarm_all();
	CHECK(!ret, "finish: %s", err_name(ret));
	close(r->session_fd);
	r->session_fd = -1;
	pci_check_state(r->owner.bdf, "none");
}

static void take(struct running *r)
{
	struct owner *o = &r->owner;

	pci_bind(o->bdf, "vfio-pci");
	running_find_session(r);
	o->memfd = CHECK_OK(luo_retrieve(r->session_fd, r->token));
	o->mem = memfd_map(o->memfd, r->size);
	o->iommufd = perform(r, &operations[0]);
	o->dev = perform(r, &operations[1]);
	perform(r, &operations[2]);
	perform(r, &operations[3]);
	finish(r);
	o->bar = vfio_bar_map(o->dev, 0, &o->bar_size);
	/* Without the memory to reserve it vfio-pci binds without the BAR */
	CHECK(o->bar || operations[2].lacked,
	      "%s: the BAR cannot be mapped: %s", o->bdf, strerror(errno));
	if (o->bar)
		check_mutable(r);
	running_close(r);
}

static void second(void)
{
	fault_setup();
	running_recall();
	leak_mark();
	for (int i = 0; i < running_count; i++)
		take(&running[i]);
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		struct operation *op = &operations[i];

		say("note: %s: %d faults, %d times it failed",
		    op->what, op->next - 1, op->failed);
		CHECK(op->done, "%s: not all sites could be tried with %d devices",
		      op->what, running_count);
	}
	leak_check();
}

SCENARIO(running_no_memory) = {
	.name = "running/no-memory",
	.proves = "no failed allocation in preserve harms a running device",
	.variants = "debug",
	.devices = STRINGS(ONE(EDU, 1)),
	.cmdline = { "panic_on_warn=1" },
	.stage = { preserving },
	.time_limit = 240,
};

SCENARIO(running_no_memory_back) = {
	.name = "running/no-memory-back",
	.proves = "what a running device's owner calls can be called again",
	.variants = "debug",
	.devices = STRINGS(SLOT(11), SLOT(12)),
	.cmdline = { "panic_on_warn=1", "panic_on_warn=1" },
	.stage = { first, second },
	.time_limit = 240,
};
