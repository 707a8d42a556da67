// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ground under running devices: each source of DMA runs, through a page
 * table of its own, and its witness sees it. In all modes of the IOMMU.
 */
#include <stdlib.h>
#include <unistd.h>

#include "continuity.h"
#include "hda.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "queue.h"
#include "receive.h"
#include "scenario.h"
#include "watch.h"

#define SECONDS		2
#define RATE		1000	/* packets a second */
#define RING		8192
#define READS		100

static void hda(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(r);
	hda_check(r);
	hda_watch(r);
	watch_start();
	mark(MARK_USER);
	sleep(SECONDS);
	mark(MARK_USER + 1);
	hda_check(r);
	hda_stop(r);
	running_close(r);
}

static void judge_hda(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "hda");

	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 1, MARK_USER + 1),
		    SECONDS * 20, 0.5);
	arrivals_free(&a);
}

SCENARIO(source_hda) = {
	.name = "platform/source-hda",
	.proves = "audio capture is a source of DMA that does not end",
	.devices = STRINGS(ONE(HDA, 1)),
	.variants = ALL_VARIANTS,
	.shared_memory = 1,
	.stage = { hda },
	.judge = judge_hda,
};

static void receive(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_E1000E, 0), receive_memory(RING));
	receive_start(r, RING);
	receive_watch(r, RING);
	watch_start();
	traffic_start(RATE, RECEIVE_PLACES(RING));
	mark(MARK_USER);
	sleep(SECONDS);
	mark(MARK_USER + 1);
	traffic_stop();
	receive_check(r, RING, "here");
	receive_stop(r);
	running_close(r);
}

static void judge_receive(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "packets");

	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 1, MARK_USER + 1),
		    SECONDS * RATE / 2, 0.5);
	expect_all_received(ev, 1, "here");
	arrivals_free(&a);
}

SCENARIO(source_receive) = {
	.name = "platform/source-receive",
	.proves = "an e1000e receives 1000 packets a second, each in its place",
	.devices = STRINGS(ONE(E1000E_FED, 1)),
	.variants = ALL_VARIANTS,
	.shared_memory = 1,
	.stage = { receive },
	.judge = judge_receive,
};

static void reads(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_NVME, 0), QUEUE_MEMORY);
	queue_open(r);
	queue_watch(r, READS);
	watch_start();
	mark(MARK_USER);
	queue_start(r, READS);
	queue_check(r, READS);
	mark(MARK_USER + 1);
	queue_stop(r);
	running_close(r);
}

static void judge_reads(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "reads");

	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 1, MARK_USER + 1),
		    READS, 0.5);
	arrivals_free(&a);
}

SCENARIO(source_reads) = {
	.name = "platform/source-reads",
	.proves = "one doorbell of an nvme is good for DMA over seconds",
	.devices = STRINGS(ONE(NVME_50, 1)),
	.variants = ALL_VARIANTS,
	.shared_memory = 1,
	.disk = 1,
	.stage = { reads },
	.judge = judge_reads,
};
