// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The owner of a physical function dies after it took it back, or never comes. The
 * physical function is stopped, but not reset, as its virtual function reads on. A next
 * owner gets it once nobody depends on it any more.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "scenario.h"
#include "sriov.h"
#include "vfio.h"

#define PF_BDF	"01:00.0"
#define VF_BDF	"01:00.1"

/* Somebody gives up the physical function */
#define GONE	(MARK_USER + 1)

static const char parent[] = "holdfast-dies-pf", child[] = "holdfast-dies-vf";

enum { VF, PF };

static void first(void)
{
	struct running *r = running;

	reads_start(&r[PF], parent, &r[VF], child);
	running_go();
}

static void owner_dies(struct running *r)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		running_retrieve(r);
		running_check_config(r);
		mark(GONE);
		raise(SIGKILL);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	      WTERMSIG(status) == SIGKILL,
	      "the first owner did not get that far: %#x", status);
}

/* Opening it resets it: not before the owner of the virtual function is done */
static void next_owner(struct running *pf, const struct running *vf)
{
	struct owner *o = &pf->owner;

	running_find_session(pf);
	o->memfd = CHECK_OK(luo_retrieve(pf->session_fd, pf->token));
	o->iommufd = CHECK_OK(luo_retrieve(pf->session_fd, pf->token + 1));
	o->dev = CHECK_OK(luo_retrieve(pf->session_fd, pf->token + 2));
	CHECK_ERR(vfio_bind(o->dev, o->iommufd), EBUSY);
	CHECK_ERR(luo_finish(pf->session_fd), EBUSY);
	running_finish_session(vf->session);
	mark(MARK_FINISHED);
}

static void read_on(struct running *vf)
{
	queue_check(vf, READS);
	mark(MARK_USER);
	queue_stop(vf);
}

static void second(void)
{
	struct running *r = running;

	running_recall();
	pci_bind(r[PF].owner.bdf, "vfio-pci");
	owner_dies(&r[PF]);
	pci_check_state(r[PF].owner.bdf, "incoming");
	pci_check_state(r[VF].owner.bdf, "incoming");
	CHECK(pci_attr_is(r[VF].owner.bdf, "liveupdate/running", "1"),
	      "the virtual function is not running any more");
	running_retrieve(&r[VF]);
	running_check_config(&r[VF]);
	next_owner(&r[PF], &r[VF]);
	read_on(&r[VF]);
	CHECK_OK(vfio_bind(r[PF].owner.dev, r[PF].owner.iommufd));
	CHECK_OK(luo_finish(r[PF].session_fd));
	pci_check_state(r[PF].owner.bdf, "none");
}

static void second_discards(void)
{
	struct running *r = running;

	running_recall();
	pci_bind(r[PF].owner.bdf, "vfio-pci");
	running_find_session(&r[PF]);
	mark(GONE);
	CHECK_OK(luo_discard(r[PF].session_fd));
	/* For the virtual function, now */
	pci_check_state(r[PF].owner.bdf, "incoming");
	running_retrieve(&r[VF]);
	running_check_config(&r[VF]);
	running_finish_session(child);
	mark(MARK_FINISHED);
	pci_check_state(r[PF].owner.bdf, "none");
	read_on(&r[VF]);
}

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 1, MARK_REBOOT, 2, MARK_USER);

	judge_running_device(ev, 1, VF_BDF, GONE);
	expect_resets(ev, s, PF_BDF, NULL, 0);
	expect_resets(ev, s, VF_BDF, NULL, 0);
	expect_vfs(ev, s);
	expect_no_faults(ev, NULL);
	expect_reads(ev, READS, READ_GAP);
}

#define PF_GONE(sym, name_, who, next)					\
SCENARIO(vf_pf_##sym) = {						\
	.name = name_,							\
	.proves = "a virtual function keeps running when the owner of its physical one " who, \
	.devices = STRINGS(ROOT_PORT(1), NVME_50_VFS("rp1")),		\
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED }, \
	.shared_memory = 1,						\
	.disk = 1,							\
	.leaks = 1,							\
	.stage = { first, next },					\
	.judge = judge,							\
}

PF_GONE(dies, "sriov/pf-dies", "dies", second);
PF_GONE(never, "sriov/pf-never-comes", "never comes", second_discards);
