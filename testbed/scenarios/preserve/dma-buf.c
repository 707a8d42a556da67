// SPDX-License-Identifier: GPL-2.0-or-later
/* A part of a BAR is exported as a dma-buf, for another device to reach it */
#include <errno.h>
#include <linux/vfio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "edu.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

#define EXPORTED	0x10000
#define BEFORE_IOVA	0x2000000	/* where the other device finds it */
#define AFTER_IOVA	0x3000000

/* What the other device reads there, by DMA */
static uint32_t peer_read(struct owner *peer, uint64_t iova)
{
	uint32_t *mem = (void *)peer->mem;

	*mem = 0;
	CHECK_OK(edu_read_ram(peer->bar, iova, 4));
	CHECK_OK(edu_write_ram(peer->bar, OWNER_IOVA, 4));
	return *(volatile uint32_t *)mem;
}

static void expect_dirty(struct owner *o, struct owner *peer, uint64_t iova)
{
	uint32_t seen = peer_read(peer, iova + o->ops->dirty);

	CHECK(seen == o->ops->dirty_value,
	      "DMA from device to device reads %#x, not %#x", seen,
	      o->ops->dirty_value);
}

static void map_and_read(struct owner *o, struct owner *peer, int dma_buf,
			 uint64_t iova)
{
	CHECK_OK(raw_map_file(peer->iommufd, peer->ioas, dma_buf, EXPORTED,
			      iova));
	expect_dirty(o, peer, iova);
}

struct reads {
	int frozen;		/* how many while the file of the device was frozen */
	volatile int stop;
};

/* Reads on and on, and does not leave one under way when it stops */
static pid_t start_reads(struct owner *o, struct owner *peer,
			 struct reads *r)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	while (!r->stop) {
		int frozen = vfio_check_bound(o->dev) == -EIO;

		expect_dirty(o, peer, BEFORE_IOVA);
		r->frozen += frozen && vfio_check_bound(o->dev) == -EIO;
	}
	exit(0);
}

/* Keeps the freeze of the last device waiting, so that there is time */
static pid_t start_resets(struct owner *late)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (;;)
		vfio_reset(late->dev);
}

static void freeze_in_vain(struct owner *o, struct owner *peer,
			   struct owner *late)
{
	struct reads *r = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int event = eventfd(0, EFD_CLOEXEC);
	pid_t reads, resets;
	int status;

	CHECK_OK(vfio_irq_enable(late->dev, VFIO_PCI_MSI_IRQ_INDEX, event));
	reads = start_reads(o, peer, r);
	resets = start_resets(late);
	for (int i = 0; i < 40 && !r->frozen; i++) {
		int ret;

		/* Until the reset is under way */
		usleep(20000);
		ret = kexec_reboot();
		CHECK(ret == -EINVAL || ret == -EBUSY, "reboot(KEXEC): %s",
		      err_name(ret));
	}
	r->stop = 1;
	waitpid(reads, &status, 0);
	CHECK(!status, "a read from device to device failed");
	kill(resets, SIGKILL);
	waitpid(resets, NULL, 0);
	say("%d reads from device to device while it was frozen", r->frozen);
	CHECK(r->frozen, "nothing was read while the device was frozen");
	CHECK_OK(vfio_irq_disable(late->dev, VFIO_PCI_MSI_IRQ_INDEX));
}

static void first(void)
{
	struct update *u, *late;
	struct owner peer;
	int dma_buf;

	owner_open(&peer, pci_find(ID_EDU, 0));
	u = update_preserve("holdfast-dma-buf-1", pci_find(ID_E1000E, 0));
	late = update_preserve("holdfast-dma-buf-2", pci_find(ID_EDU, 1));
	update_prepare(NULL);
	dma_buf = CHECK_OK(raw_export_bar(u->owner.dev, 0, 0, EXPORTED));
	map_and_read(&u->owner, &peer, dma_buf, BEFORE_IOVA);

	freeze_in_vain(&u->owner, &peer, &late->owner);
	CHECK(owner_is_dirty(&u->owner), "the device was reset");

	/* What was mapped still is, and what was exported can be mapped */
	expect_dirty(&u->owner, &peer, BEFORE_IOVA);
	map_and_read(&u->owner, &peer, dma_buf, AFTER_IOVA);

	owner_check(&u->owner);
	owner_check(&late->owner);
	update_restore_memory(u);
	update_restore_memory(late);
	CHECK_OK(kexec_reboot());
}

SCENARIO(dma_buf) = {
	.name = "preserve/dma-buf",
	.proves = "a dma-buf of a device outlives a kexec that is refused",
	.devices = STRINGS(ONE(EDU, 1), ONE(E1000E, 2), ONE(EDU, 3)),
	.stage = { first, update_take_back },
	.judge = judge_updates,
	.time_limit = 120,
};
