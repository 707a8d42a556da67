// SPDX-License-Identifier: MIT
/*
 * The job of an e1000e, and of a virtual function of an igb: it receives frames
 * with sequence numbers, see dev-e1000e.h, and in the end gives an account of
 * them. Interrupts are not needed for that. A round is a frame.
 */
#include <errno.h>

#include "dev-igbvf.h"
#include "tiny-vmm.h"

#define MISSING		8	/* that many are named */

static struct job_state *state(struct device *d)
{
	return (struct job_state *)d->mem;
}

static int untouched(void *data, size_t from, size_t to)
{
	return guard_is_whole(data, from, to);
}

static int is_igb(const struct device *d)
{
	return d->job == &job_igbvf;
}

static struct e1000e receiver(struct device *d)
{
	return (struct e1000e){
		.bar = d->bar, .mem = d->mem, .iova = d->iova,
		.n = is_igb(d) ? IGBVF_MAX : E1000E_MAX, .igb = is_igb(d),
		.untouched = untouched, .data = d,
	};
}

static int start(struct device *d, struct hf_error *err)
{
	struct e1000e e = receiver(d);

	guard_fill(d, E1000E_RING, d->job->memory);
	state(d)->rounds = 0;
	if (!(e.igb ? igbvf_start(&e) : e1000e_start(&e)))
		return 0;
	return vmm_fail(err, -ETIMEDOUT, "job-start", "start device", d->bdf,
			"there is no link", "connect it to a network");
}

static int look(struct device *d, struct hf_error *err)
{
	struct e1000e e = receiver(d);

	(void)err;
	state(d)->rounds = e1000e_count(&e, state(d)->rounds);
	return 0;
}

/* What was not given to the device, or not used by it yet */
static int check_memory(struct device *d, unsigned int n, unsigned int used,
			struct hf_error *err)
{
	if (guard_is_whole(d, E1000E_RING + n * sizeof(struct e1000e_desc),
			   E1000E_BUFFERS(n)) &&
	    guard_is_whole(d, E1000E_BUFFERS(n) + used * E1000E_BUFFER,
			   d->job->memory))
		return 0;
	return vmm_fail(err, -EIO, "job-data", "check memory", d->bdf,
			"something was written outside of the frames",
			"see the log of the IOMMU");
}

static void say_missing(struct device *d, const struct e1000e *e,
			unsigned int n)
{
	unsigned int said = 0;
	long long next = 0;

	for (unsigned int i = 0; i < n; i++) {
		long long number = e1000e_sequence(e, i);

		for (; next < number && said < MISSING; next++, said++)
			vmm_say("%s: %s: missing %lld before place %u",
				d->bdf, d->job->name, next, i);
		if (number >= next)
			next = number + 1;
	}
}

static int end(struct device *d, struct hf_error *err)
{
	struct e1000e e = receiver(d);
	struct e1000e_account got;

	if (e.igb)
		igbvf_stop(&e);
	else
		e1000e_stop(&e);
	if (e1000e_account(&e, &got))
		return vmm_fail(err, -ENOMEM, "job-memory", "count frames",
				d->bdf, "out of memory", "");
	say_missing(d, &e, got.n);
	vmm_say("%s: %s: received %u lost %u doubled %u misplaced %u damaged %u",
		d->bdf, d->job->name, got.n, got.lost, got.doubled,
		got.misplaced, got.damaged);
	if (got.n >= e.n - 1)
		vmm_say("%s: %s: the ring is full", d->bdf, d->job->name);
	return check_memory(d, e.n, got.n, err);
}

const struct job job_e1000e = {
	.name = "e1000e",
	.vendor = 0x8086,
	.device = 0x10d3,
	.bar = 0,
	.memory = E1000E_MEMORY(E1000E_MAX),
	.guard = E1000E_MEMORY(E1000E_MAX) - 4096,
	.say = 1000,
	.start = start,
	.look = look,
	.end = end,
};

const struct job job_igbvf = {
	.name = "igbvf",
	.vendor = 0x8086,
	.device = 0x10ca,
	.bar = 0,
	.memory = E1000E_MEMORY(IGBVF_MAX),
	.guard = E1000E_MEMORY(IGBVF_MAX) - 4096,
	.say = 1000,
	.start = start,
	.look = look,
	.end = end,
};
