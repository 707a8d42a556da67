// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device reaches registers of another one by a dma-buf of its BAR, and both are to
 * keep running. The mapping is in the way until it is taken out; in the next kernel the
 * device that came back gives a new dma-buf, which takes the same place.
 */
#include <errno.h>
#include <unistd.h>

#include "continuity.h"
#include "device.h"
#include "edu.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "raw.h"
#include "running.h"
#include "scenario.h"
#include "watch.h"

#define SIZE		(64 << 10)
#define EXPORTED	0x10000
#define BAR_IOVA	0x2000000
#define BOUNCE		0x2000

/* The peer is reached, and was never reset */
static void check_peer(struct running *r, struct running *peer)
{
	const struct device_ops *ops = peer->owner.ops;
	volatile uint32_t *mem = (void *)(r->owner.mem + BOUNCE);

	*mem = 0;
	CHECK_OK(edu_read_ram(r->owner.bar, BAR_IOVA + ops->dirty, 4));
	CHECK_OK(edu_write_ram(r->owner.bar, OWNER_IOVA + BOUNCE, 4));
	CHECK(*mem == ops->dirty_value, "%s reads %#x from %s, not %#x",
	      r->owner.bdf, *mem, peer->owner.bdf, ops->dirty_value);
}

static void map_peer(struct running *r, struct running *peer)
{
	int fd = CHECK_OK(raw_export_bar(peer->owner.dev, peer->owner.ops->bar,
					 0, EXPORTED));

	CHECK_OK(raw_map_file(r->owner.iommufd, r->owner.ioas, fd, EXPORTED,
			      BAR_IOVA));
	close(fd);
	check_peer(r, peer);
}

static void unmap_peer(struct running *r)
{
	CHECK_OK(iommufd_unmap(r->owner.iommufd, r->owner.ioas, BAR_IOVA,
			       EXPORTED));
}

static void first(void)
{
	struct running *r = &running[0], *peer = &running[1];
	int session;

	kho_count("before");
	running_open(r, pci_find(ID_EDU, 0), SIZE);
	running_open(peer, pci_find(ID_E1000E, 0), SIZE);
	owner_make_dirty(&peer->owner);
	map_peer(r, peer);

	CHECK_OK(iommufd_mark(r->owner.iommufd, r->hwpt));
	r->marked = 1;
	session = CHECK_OK(luo_create("holdfast-peer-mapped"));
	CHECK_OK(luo_preserve(session, r->owner.memfd, 0));
	CHECK_ERR(luo_preserve(session, r->owner.iommufd, 1), EINVAL);
	close(session);
	check_peer(r, peer);

	unmap_peer(r);
	running_preserve(r, "holdfast-peer");
	running_preserve(peer, "holdfast-peer");
	running_prepare();
	running_go();
}

static void second(void)
{
	struct running *r = &running[0], *peer = &running[1];

	running_recall();
	running_retrieve(r);
	running_retrieve(peer);
	map_peer(r, peer);
	running_check_config(r);
	running_check_config(peer);
	running_finish();
	check_peer(r, peer);
	unmap_peer(r);
	running_close(r);
	running_close(peer);
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_same_kho(ev, "before", "after");
	if (log_count(ev, 1, "it is of a dma-buf: unmap it") != 1)
		complain(ev, "log: not one line for the refusal");
}

SCENARIO(running_peer) = {
	.name = "running/peer",
	.proves = "a BAR that is mapped for a running device is refused, and can be mapped again",
	.devices = STRINGS(ONE(EDU, 1), ONE(E1000E, 2)),
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge,
};
