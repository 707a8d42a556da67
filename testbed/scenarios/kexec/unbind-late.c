// SPDX-License-Identifier: GPL-2.0-or-later
/* An unbind that begins after the device was frozen does not hold up kexec */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

static void unbind(const char *bdf)
{
	say("unbind of %s begins", bdf);
	file_write("/sys/bus/pci/drivers/vfio-pci/unbind", bdf, strlen(bdf));
	say("unbind of %s has ended", bdf);
}

/* Keeps the freeze of the last device waiting until the unbind has begun */
static void start_resets(struct owner *late, int *unbinding)
{
	if (fork())
		return;
	while (!__atomic_load_n(unbinding, __ATOMIC_ACQUIRE))
		vfio_reset(late->dev);
	_exit(0);
}

static void start_unbind(struct owner *o, int *unbinding)
{
	if (fork())
		return;
	while (vfio_check_bound(o->dev) != -EIO)
		;
	if (!fork()) {
		unbind(o->bdf);
		_exit(0);
	}
	usleep(50000);
	__atomic_store_n(unbinding, 1, __ATOMIC_RELEASE);
	_exit(0);
}

static void before_shutdown(void)
{
	int *unbinding = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct update *u, *late;

	u = update_preserve("holdfast-unbind-late", pci_find(ID_E1000E, 0));
	late = update_preserve("holdfast-unbind-late", pci_find(ID_EDU, 0));
	update_prepare(NULL);
	start_resets(&late->owner, unbinding);
	start_unbind(&u->owner, unbinding);
	usleep(300000);
	CHECK_OK(kexec_reboot());
}

static void judge_begun(struct evidence *ev)
{
	if (!log_count(ev, 1, "hf: unbind of .* begins$"))
		complain(ev, "log: the unbind did not begin in time");
}

/*
 * The late device is reset by its owner up to the freeze. The other one is left to
 * the new kernel, which resets it when its owner is back.
 */
static void judge_before(struct evidence *ev)
{
	const struct pci_function *f = pci_function_by_id(ev, ID_E1000E, 0);
	struct span all, boot;

	judge_begun(ev);
	if (!f)
		return;
	all = span_markers(ev, 1, MARK_REBOOT, 2, MARK_FINISHED);
	expect_resets(ev, all, f->bdf, "e1000e", 1);
	boot = span_markers(ev, 2, MARK_INIT, 2, MARK_BIND);
	boot.from = span_gap_new(ev, 1).from;
	expect_resets(ev, boot, f->bdf, "e1000e", 0);
	expect_bars_in_place(ev, all, f->bdf);
}

#define DEVICES STRINGS(ONE(E1000E, 1), ONE(EDU, 2))

SCENARIO(unbind_late) = {
	.name = "kexec/unbind-late",
	.proves = "an unbind begun after freeze does not hold up the kexec",
	.devices = DEVICES,
	.stage = { before_shutdown, update_take_back },
	.judge = judge_before,
};

/*
 * The device with the highest address is shut down first. While the others
 * wait for their resets its lock is free again.
 */
static void after_shutdown(void)
{
	struct update *u;

	update_preserve("holdfast-unbind-late", pci_find(ID_IGB, 0));
	update_preserve("holdfast-unbind-late", pci_find(ID_IGB, 1));
	u = update_preserve("holdfast-unbind-late", pci_find(ID_E1000E, 0));
	update_prepare(NULL);
	if (!fork()) {
		while (!pci_attr_is(u->owner.bdf, "liveupdate/state", "frozen"))
			;
		unbind(u->owner.bdf);
		_exit(0);
	}
	usleep(300000);
	CHECK_OK(kexec_reboot());
}

static void judge_after(struct evidence *ev)
{
	judge_updates(ev);
	judge_begun(ev);
}

SCENARIO(unbind_shut_down) = {
	.name = "kexec/unbind-shut-down",
	.proves = "an unbind after the shutdown does not touch the device again",
	.devices = STRINGS(ONE(IGB, 1), ONE(IGB, 2), ONE(E1000E, 3)),
	.stage = { after_shutdown, update_take_back },
	.judge = judge_after,
};

SCENARIO(unbind_completed) = {
	.name = "kexec/unbind-late-negative",
	.proves = "mirror: an unbind that is completed holds up the kexec",
	.variants = "prod",
	.kernels = { "mirror", NULL },
	.cmdline = { "mirror=unbind" },
	.devices = DEVICES,
	.stage = { before_shutdown, update_take_back },
	.time_limit = 5,
	.expect = OUTCOME_TIMEOUT,
	.expect_text = "kernels seen: 1",
	.log_allow = STRINGS("Relaying device request to user",
			     "No device request channel registered"),
};
