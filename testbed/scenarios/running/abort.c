// SPDX-License-Identifier: GPL-2.0-or-later
/* The update of a running device is given up, and made later all the same */
#include "running/outlive.h"

#define ATTEMPTS	3

static void check_immutable(struct running *r)
{
	struct owner *o = &r->owner;
	int memfd = memfd_make("other", 4096);

	CHECK_ERR(iommufd_map_file(o->iommufd, o->ioas, memfd, 4096,
				   RUNNING_MORE_IOVA), EBUSY);
	CHECK_ERR(vfio_detach(o->dev), EBUSY);
	close(memfd);
}

static void first(void)
{
	struct running *r = outlive_start();

	kho_count("before");
	for (int i = 0; i < ATTEMPTS; i++) {
		running_preserve(r, "holdfast-abort-in-vain");
		/* The image may be there already */
		if (i)
			running_prepare();
		check_immutable(r);
		hda_check(r);
		running_give_up();
		running_map_more(r);
		hda_check(r);
		running_unmap_more(r);
	}
	kho_count("given-up");
	running_preserve(r, "holdfast-abort");
	running_check_config(r);
	running_prepare();
	running_go();
}

static void second(void)
{
	CHECK(!luo_session_state(HF_INCOMING, "holdfast-abort-in-vain"),
	      "a session that was given up came along");
	outlive_take_back();
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	outlive_judge(ev);
	expect_same_kho(ev, "before", "given-up");
	expect_same_kho(ev, "before", "after");
}

SCENARIO(running_abort) = {
	.name = "running/abort",
	.proves = "an update that is given up leaves a running device as it was",
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
	.leaks = 1,
	.time_limit = 90,
};
