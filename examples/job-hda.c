// SPDX-License-Identifier: MIT
/*
 * The job of an Intel HDA controller: it records without end, asking nobody.
 * What is recorded is silence: a buffer that was marked becomes 0.
 */
#include <errno.h>
#include <time.h>

#include "dev-hda.h"
#include "tiny-vmm.h"

#define MARK		0x5a5a5a5au
#define PATIENCE	20	/* seconds until nothing means stopped */

static uint64_t seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static volatile uint32_t *word(struct device *d, size_t offset)
{
	return (volatile uint32_t *)(d->mem + offset);
}

static int start(struct device *d, struct hf_error *err)
{
	*word(d, HDA_BUFFER_A) = MARK;
	if (!hda_record(d->bar, d->mem, d->iova))
		return 0;
	return vmm_fail(err, -ETIMEDOUT, "job-start", "start device", d->bdf,
			"it does not answer", "reset the device");
}

/* A round is a buffer that was written to its end */
static int look(struct device *d, struct hf_error *err)
{
	struct job_state *s = (struct job_state *)d->mem;
	uint32_t position = *word(d, HDA_POSITION);

	if (position >= 2 * HDA_BUFFER)
		return vmm_fail(err, -EIO, "job-data", "check DMA", d->bdf,
				"its position is out of range",
				"see the log of the IOMMU");
	if (!d->last || position != d->last_position) {
		d->last = seconds();
		d->last_position = position;
	}
	if (seconds() - d->last > PATIENCE)
		return vmm_fail(err, -EIO, "job-stopped", "check DMA", d->bdf,
				"it does not write to memory any more",
				"see the log of the IOMMU");
	if (!*word(d, HDA_BUFFER_A)) {
		s->rounds++;
		*word(d, HDA_BUFFER_A) = MARK;
	}
	return 0;
}

const struct job job_hda = {
	.name = "hda",
	.vendor = 0x8086,
	.device = 0x293e,
	.bar = 0,
	.memory = 0x10000,
	.guard = 0xc000,
	.say = 10,
	.start = start,
	.look = look,
};
