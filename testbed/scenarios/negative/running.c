// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirrors: what the witnesses of running devices are there to see */
#include <linux/pci_regs.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "hda.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "receive.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "watch.h"

#define RING	4096

static void lost(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_E1000E, 0), receive_memory(RING));
	receive_start(r, RING);
	traffic_start(1000, RECEIVE_PLACES(RING));
	sleep(1);
	traffic_skip();
	sleep(1);
	traffic_stop();
	receive_check(r, RING, "here");
}

SCENARIO(lost_packet) = {
	.name = "negative/lost-packet",
	.proves = "mirror: one packet that does not come is seen",
	.devices = STRINGS(ONE(E1000E_FED, 1)),
	.variants = ALL_VARIANTS,
	.shared_memory = 1,
	.stage = { lost },
	.expect = OUTCOME_GUEST,
	.expect_text = " packets 1 lost, 0 doubled",
};

static void stray(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_EDU, 0), 16 << 10);
	CHECK_OK(edu_write_ram(r->owner.bar, OWNER_IOVA + 0x1ff8, 8));
	guard_check(r, 0, r->size);
}

SCENARIO(stray_write) = {
	.name = "negative/stray-write",
	.proves = "mirror: eight bytes of DMA where none may go are seen",
	.devices = STRINGS(ONE(EDU, 1)),
	.variants = ALL_VARIANTS,
	.stage = { stray },
	.expect = OUTCOME_GUEST,
	.expect_text = "memory at 0x1ff8, which is out of bounds",
};

static void pause_dma(void)
{
	struct running *r = &running[0];
	unsigned int command;

	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(r);
	hda_watch(r);
	watch_start();
	mark(MARK_USER);
	sleep(1);
	CHECK_OK(vfio_config_read(r->owner.dev, PCI_COMMAND, 2, &command));
	CHECK_OK(vfio_config_write(r->owner.dev, PCI_COMMAND, 2,
				   command & ~PCI_COMMAND_MASTER));
	sleep(1);
	CHECK_OK(vfio_config_write(r->owner.dev, PCI_COMMAND, 2, command));
	sleep(1);
	mark(MARK_USER + 1);
	hda_stop(r);
	running_close(r);
}

static void judge_pause(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "hda");

	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 1, MARK_USER + 1),
		    50, 0.5);
	arrivals_free(&a);
}

SCENARIO(dma_pause) = {
	.name = "negative/dma-pause",
	.proves = "mirror: a second without DMA is seen",
	.devices = STRINGS(ONE(HDA, 1)),
	.variants = ALL_VARIANTS,
	.shared_memory = 1,
	.stage = { pause_dma },
	.judge = judge_pause,
	.expect = OUTCOME_WITNESS,
	.expect_text = "hda: no DMA for ",
};

/* An update that resets the device, said to be one that does not */
static void idle(void)
{
	char *bdf = pci_find(ID_E1000E, 0);

	update_preserve("holdfast-running", bdf);
	say("running %s in holdfast-running", bdf);
	update_go();
}

SCENARIO(not_running) = {
	.name = "negative/not-running",
	.proves = "mirror: a device that was reset and cut off is seen",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { idle, update_take_back },
	.judge = judge_running,
	.expect = OUTCOME_WITNESS,
	.expect_text = "was reset 1 times, 0 expected",
};

SCENARIO(not_translating) = {
	.name = "negative/not-translating",
	.proves = "mirror: an IOMMU that stops translating is seen",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { idle, update_take_back },
	.judge = judge_running,
	.expect = OUTCOME_WITNESS,
	.expect_text = "IOMMU: translation was turned off",
};
