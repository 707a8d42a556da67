// SPDX-License-Identifier: GPL-2.0-or-later
/* The session is retrieved but not finished, and the next kexec comes */
#include <errno.h>
#include <linux/pci_regs.h>
#include <unistd.h>

#include "running/outlive.h"
#include "update.h"
#include "witness.h"

#define REFUSED	"Session .*holdfast-.* is not finished, and would be lost"

static const char other[] = "holdfast-other";

static void first(void)
{
	update_preserve("holdfast-unfinished", pci_find(ID_IGB, 0));
	update_go();
}

static int is_master(const char *bdf)
{
	return !!(pci_read(bdf, PCI_COMMAND, 2) & PCI_COMMAND_MASTER);
}

static void refused(const char *what)
{
	int ret = kexec_reboot();

	CHECK(ret == -EBUSY, "%s: reboot: %s instead of EBUSY", what,
	      err_name(ret));
}

static void second(void)
{
	struct update *u = &updates[0];
	int memfd = memfd_make("unfinished", 4096), fd;

	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();

	/* The session is in somebody's hands, nothing in it is yet */
	kexec_prepare(NULL);
	refused("session retrieved");
	pci_check_state(u->owner.bdf, "incoming");
	update_retrieve_all();
	refused("device retrieved");
	pci_check_state(u->owner.bdf, "retrieved");
	owner_check(&u->owner);

	/* A session of this kernel is not frozen, and stays usable */
	fd = CHECK_OK(luo_create(other));
	CHECK_OK(luo_preserve(fd, memfd, 1));
	refused("another session");
	CHECK_OK(luo_preserve(fd, CHECK_OK(memfd_make("more", 4096)), 2));
	close(fd);

	/* Its owner gives it up: that is lost, as it is whenever nobody comes */
	CHECK(is_master(u->owner.bdf), "%s: its owner has no DMA",
	      u->owner.bdf);
	close(u->session_fd);
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

/* A device like any other that was in use when a kexec came */
static void third(void)
{
	struct owner o;
	char *bdf = pci_find(ID_IGB, 0);

	pci_check_state(bdf, "none");
	pci_check_state(pci_parent(bdf), "none");
	CHECK(!is_master(bdf), "%s: was left free to do DMA", bdf);
	mark(MARK_USER);
	owner_open(&o, bdf);
	owner_check(&o);
}

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 3, MARK_USER, 3, MARK_END);
	int n = count_resets(ev, s, "igb");

	/* That it was reset on its way into kernel 2 must not count any more */
	if (n != 1)
		complain(ev, "reset: igb saw %d resets when it was opened", n);
	if (log_count(ev, 2, REFUSED) != 3)
		complain(ev, "log: not one line for each refusal");
}

SCENARIO(unfinished_idle) = {
	.name = "kexec/unfinished-idle",
	.proves = "a kexec is refused while an owner has not finished, and not once it gave up",
	.devices = STRINGS(ONE(IGB, 1)),
	.stage = { first, second, third },
	.judge = judge,
};

static void go(void)
{
	struct running *r = outlive_start();

	running_preserve(r, "holdfast-unfinished");
	running_prepare();
	running_go();
}

static void retrieve(void)
{
	struct running *r = &running[0];

	running_recall();
	running_retrieve(r);
	hda_check(r);
	kexec_prepare(NULL);
	for (int i = 0; i < 2; i++) {
		refused("running device");
		pci_check_state(r->owner.bdf, "retrieved");
		CHECK(pci_attr_is(r->owner.bdf, "liveupdate/running", "1"),
		      "%s: liveupdate/running is not 1", r->owner.bdf);
		hda_check(r);
	}
	running_check_config(r);
	/* Finished, the same device goes to yet another kernel */
	running_finish();
	running_again();
	running_preserve(r, "holdfast-again");
	running_prepare();
	running_go();
}

static void retrieve_again(void)
{
	struct running *r = &running[0];

	running_recall();
	running_retrieve(r);
	hda_check(r);
	running_finish();
	hda_check(r);
	mark(MARK_USER);
	hda_stop(r);
	running_close(r);
}

static void judge_running_on(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "hda");

	judge_running(ev);
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 3, MARK_USER), 100,
		    OUTLIVE_LIMIT);
	arrivals_free(&a);
	if (log_count(ev, 2, REFUSED) != 2)
		complain(ev, "log: not one line for each refusal");
}

SCENARIO(unfinished_running) = {
	.name = "kexec/unfinished-running",
	.proves = "a refused kexec does not stop DMA of a device that is not finished",
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.stage = { go, retrieve, retrieve_again },
	.judge = judge_running_on,
	.time_limit = 90,
};
