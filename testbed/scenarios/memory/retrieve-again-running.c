// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The owner of a running device comes back with too little memory: neither its
 * memfd nor the iommufd that maps it can be retrieved, and nobody is killed. The
 * device keeps running, and the owner's next attempt finds everything there.
 */
#include "cgroup.h"
#include "running/outlive.h"

#define SIZE	(12UL << 20)
#define LIMIT	(6UL << 20)

static void first(void)
{
	struct running *r = &running[0];

	kho_count("before");
	running_open(r, pci_find(ID_HDA, 0), SIZE);
	hda_start(r);
	hda_check(r);
	hda_watch(r);
	watch_start();
	mark(MARK_USER);
	running_preserve(r, "holdfast-again");
	running_prepare();
	running_go();
}

static int retrieve_memfd(void *arg)
{
	struct running *r = arg;
	int fd = luo_retrieve(r->session_fd, r->token);

	return fd < 0 ? fd : 0;
}

static int retrieve_iommufd(void *arg)
{
	struct running *r = arg;
	int fd = luo_retrieve(r->session_fd, r->token + 1);

	return fd < 0 ? fd : 0;
}

static void in_vain(struct running *r, int (*call)(void *arg))
{
	CHECK_ERR(cgroup_call(LIMIT, call, r), ENOMEM);
	CHECK_EQ(oom_kills(), 0);
	CHECK(cgroup_charged() < (long)(LIMIT / 2), "%ld bytes stay charged",
	      cgroup_charged());
	CHECK_ERR(luo_finish(r->session_fd), EBUSY);
	pci_check_state(r->owner.bdf, "incoming");
}

static void second(void)
{
	struct running *r = &running[0];

	running_recall();
	running_find_session(r);
	for (int i = 0; i < 2; i++) {
		in_vain(r, retrieve_memfd);
		in_vain(r, retrieve_iommufd);
	}
	running_retrieve(r);
	hda_check(r);
	running_check_config(r);
	running_finish();
	hda_check(r);
	mark(MARK_USER);
	hda_stop(r);
	running_close(r);
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	outlive_judge(ev);
	expect_same_kho(ev, "before", "after");
}

SCENARIO(memory_again_running) = {
	.name = "memory/retrieve-again-running",
	.proves = "a device keeps running while its owner lacks the memory to retrieve its files",
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
	.log_allow = STRINGS("cannot retrieve a file of",
			     "cannot get memfd .* from the session: -ENOMEM",
			     "cannot take over the mapping: -ENOMEM"),
	.time_limit = 120,
};
