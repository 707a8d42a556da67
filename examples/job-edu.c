// SPDX-License-Identifier: MIT
/*
 * The job of QEMU's "edu" device: a page goes to the device and comes back to
 * another place, over and over. Each half ends with an interrupt, but where the
 * job rests.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "dev-edu.h"
#include "tiny-vmm.h"

#define SIZE		EDU_BUFFER

/* In the share of the memory */
#define OUT		0x2000
#define IN		0x5000

/* Steps */
#define TO_DEVICE	1
#define TO_RAM		2

static struct job_state *state(struct device *d)
{
	return (struct job_state *)d->mem;
}

static void transfer(struct device *d, size_t at, unsigned int direction)
{
	edu_start(d->bar, d->iova + at, SIZE,
		  direction | (state(d)->quiet ? 0 : EDU_IRQ));
}

static void begin_round(struct device *d)
{
	uint64_t *page = (uint64_t *)(d->mem + OUT);

	for (size_t i = 0; i < SIZE / 8; i++)
		page[i] = (state(d)->rounds + 1) * 0x100000001b3ull + i;
	memset(d->mem + IN, 0, SIZE);
	state(d)->step = TO_DEVICE;
	transfer(d, OUT, 0);
}

static int start(struct device *d, struct hf_error *err)
{
	(void)err;
	state(d)->quiet = 0;
	begin_round(d);
	return 0;
}

/* A transfer is complete: on with the next */
static int next(struct device *d, struct hf_error *err)
{
	if (state(d)->step == TO_DEVICE) {
		state(d)->step = TO_RAM;
		transfer(d, IN, EDU_TO_RAM);
		return 0;
	}
	if (memcmp(d->mem + IN, d->mem + OUT, SIZE))
		return vmm_fail(err, -EIO, "job-data", "check DMA", d->bdf,
				"what came back is not what was sent",
				"see the log of the IOMMU");
	state(d)->rounds++;
	begin_round(d);
	return 0;
}

static int wait_done(struct device *d, struct hf_error *err)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	for (int i = 0; i < 4000; i++) {
		if (!edu_is_busy(d->bar))
			return 0;
		nanosleep(&pause, NULL);
	}
	return vmm_fail(err, -ETIMEDOUT, "job-stopped", "wait for DMA",
			d->bdf, "it does not end", "reset the device");
}

/* From here on it does not tell; the next transfer is under way all the same */
static int rest(struct device *d, struct hf_error *err)
{
	int code = wait_done(d, err);

	if (code)
		return code;
	edu_irq_take(d->bar);
	state(d)->quiet = 1;
	return next(d, err);
}

static int look(struct device *d, struct hf_error *err)
{
	int code;

	edu_irq_take(d->bar);
	if (state(d)->quiet) {
		code = wait_done(d, err);
		if (code)
			return code;
		state(d)->quiet = 0;
	}
	if (edu_is_busy(d->bar))
		return 0;
	return next(d, err);
}

const struct job job_edu = {
	.name = "edu",
	.vendor = 0x1234,
	.device = 0x11e8,
	.bar = 0,
	.memory = 0x10000,
	.guard = 0xc000,
	.say = 10,
	.interrupts = 1,
	.start = start,
	.rest = rest,
	.look = look,
};
