// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The owner of running devices dies after it retrieved them. What it had opened
 * is stopped and reset, and the next owner gets it idle; what it had not opened
 * runs on. Either the session goes with the owner or somebody else has it.
 */
#include <linux/pci_regs.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "continuity.h"
#include "device.h"
#include "edu.h"
#include "hda.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "vfio.h"
#include "watch.h"

#define SIZE	(64 << 10)
#define OPENED	"01:00.0"
#define NOT	"02:00.0"

#define DIES	MARK_USER
#define AGAIN	(MARK_USER + 1)

static void first(void)
{
	struct running *r = running;

	running_open(&r[0], pci_find(ID_HDA, 0), HDA_MEMORY);
	kho_count("before");
	hda_start(&r[0]);
	hda_check(&r[0]);
	running_preserve(&r[0], "holdfast-owner-dies");
	running_open(&r[1], pci_find(ID_EDU, 0), SIZE);
	running_preserve(&r[1], "holdfast-owner-dies");
	running_prepare();
	running_go();
}

static void check_runs(const struct running *r, const char *value)
{
	CHECK(pci_attr_is(r->owner.bdf, "liveupdate/running", value),
	      "%s: liveupdate/running is not %s", r->owner.bdf, value);
}

static void owner_dies(struct running *r)
{
	running_retrieve(&r[0]);
	hda_check(&r[0]);
	pci_bind(r[1].owner.bdf, "vfio-pci");
	CHECK_OK(luo_retrieve(r[0].session_fd, r[1].token + 1));
	CHECK_OK(luo_retrieve(r[0].session_fd, r[1].token + 2));
	mark(DIES);
	raise(SIGKILL);
}

static void let_die(struct running *r)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		owner_dies(r);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	      WTERMSIG(status) == SIGKILL,
	      "the first owner did not get that far: %#x", status);
}

/* With the iommufd it came with, but like one that was handed over idle */
static void take_idle(struct running *r)
{
	struct owner *o = &r->owner;
	unsigned int command;

	running_find_session(r);
	o->memfd = CHECK_OK(luo_retrieve(r->session_fd, r->token));
	o->mem = memfd_map(o->memfd, r->size);
	o->iommufd = CHECK_OK(luo_retrieve(r->session_fd, r->token + 1));
	o->dev = CHECK_OK(luo_retrieve(r->session_fd, r->token + 2));
	check_runs(r, "0");
	CHECK_OK(vfio_bind_id(o->dev, o->iommufd, &r->dev_id));
	CHECK_OK(vfio_attach(o->dev, r->hwpt));
	mark(AGAIN);
	pci_check_state(o->bdf, "retrieved");

	CHECK_OK(vfio_config_read(o->dev, PCI_COMMAND, 2, &command));
	CHECK(!(command & PCI_COMMAND_MASTER), "%s: is not idle", o->bdf);
	CHECK_OK(vfio_config_write(o->dev, PCI_COMMAND, 2, command |
				   PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER));
	o->ops = device_ops(o->bdf);
	o->bar = vfio_bar_map(o->dev, o->ops->bar, &o->bar_size);
	CHECK(o->bar, "%s: BAR cannot be mapped", o->bdf);
	hda_start(r);
	hda_check(r);
}

static void take_running(struct running *r)
{
	check_runs(r, "1");
	running_retrieve(r);
	guard_check(r, 0, r->size);
	CHECK_OK(edu_write_ram(r->owner.bar, OWNER_IOVA, EDU_BUFFER));
	running_check_config(r);
}

static void go_on(struct running *r)
{
	take_idle(&r[0]);
	take_running(&r[1]);
	running_finish();
	hda_check(&r[0]);
	CHECK_OK(edu_write_ram(r[1].owner.bar, OWNER_IOVA, EDU_BUFFER));
	hda_stop(&r[0]);
	running_close(&r[0]);
	running_close(&r[1]);
	kho_count("after");
}

static void second(void)
{
	struct running *r = running;

	running_recall();
	let_die(r);
	pci_check_state(r[0].owner.bdf, "incoming");
	pci_check_state(r[1].owner.bdf, "incoming");
	check_runs(&r[0], "0");
	go_on(r);
}

/* Nothing happens to the files before somebody wants them again */
static void second_held(void)
{
	struct running *r = running;

	running_recall();
	running_find_session(&r[0]);
	running_find_session(&r[1]);
	let_die(r);
	pci_check_state(r[0].owner.bdf, "retrieved");
	check_runs(&r[0], "1");
	go_on(r);
}

static void judge(struct evidence *ev)
{
	expect_resets(ev, span_markers(ev, 1, MARK_REBOOT, 2, DIES), OPENED,
		      NULL, 0);
	/* Closed, and opened as one of which nobody knows where it has been */
	expect_resets(ev, span_markers(ev, 2, DIES, 2, AGAIN), OPENED,
		      "ich9-intel-hda", 2);
	judge_running_states(ev, OPENED);
	expect_no_faults(ev, NULL);
	expect_same_kho(ev, "before", "after");
}

#define OWNER_DIES(sym, suffix, how, next)				\
SCENARIO(death_##sym) = {						\
	.name = "running/owner-dies" suffix,					\
	.proves = "an owner that dies stops what it opened, only" how,	\
	.devices = STRINGS(ONE(HDA, 1), ONE(EDU, 2)),			\
	.shared_memory = 1,						\
	.leaks = 1,							\
	.stage = { first, next },					\
	.judge = judge,							\
}

OWNER_DIES(session, "", "", second);
OWNER_DIES(held, "-held", " (session held)", second_held);
