// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table is marked that no device is attached to: the next kernel could not
 * make it, so the reboot is refused until the table is gone.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "watch.h"

#define SIZE	(64 << 10)

static void first(void)
{
	struct running *r = &running[0];
	uint32_t unused;

	running_open(r, pci_find(ID_EDU, 0), SIZE);
	kho_count("before");
	CHECK_OK(iommufd_hwpt_alloc(r->owner.iommufd, r->dev_id,
				    r->owner.ioas, &unused));
	CHECK_OK(iommufd_mark(r->owner.iommufd, unused));
	running_preserve(r, "holdfast-unused-table");
	running_prepare();
	CHECK_EQ(kexec_reboot_quietly(), -EINVAL);
	running_give_up();
	CHECK_OK(iommufd_destroy(r->owner.iommufd, unused));
	running_preserve(r, "holdfast-unused-table");
	running_go();
}

static void second(void)
{
	struct running *r = &running[0];

	running_recall();
	running_retrieve(r);
	running_check_config(r);
	guard_check(r, 0, r->size);
	CHECK_OK(edu_write_ram(r->owner.bar, OWNER_IOVA, EDU_BUFFER));
	running_map_more(r);
	running_finish();
	running_unmap_more(r);
	running_close(r);
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	if (log_count(ev, 1, "HWPT [0-9]+: cannot be frozen: it is marked, but no device") != 1)
		complain(ev, "log: the reason is not given");
	expect_same_kho(ev, "before", "after");
}

SCENARIO(unused_table) = {
	.name = "running/unused-table",
	.proves = "a marked table without a device is refused at freeze",
	.devices = STRINGS(ONE(EDU, 1)),
	.shared_memory = 1,
	.leaks = 1,
	.stage = { first, second },
	.judge = judge,
};
