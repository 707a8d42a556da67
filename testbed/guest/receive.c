// SPDX-License-Identifier: GPL-2.0-or-later
/* A receiver on an e1000e, or on a virtual function of an igb */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "dev-igbvf.h"
#include "device.h"
#include "log.h"
#include "pci.h"
#include "receive.h"
#include "watch.h"

static int untouched(void *data, size_t from, size_t to)
{
	return guard_find(data, from, to) == to;
}

static int is_igb(const struct running *r)
{
	return !strcmp(r->owner.ops->id, ID_IGB_VF);
}

static struct e1000e receiver(struct running *r, unsigned int n)
{
	return (struct e1000e){
		.bar = r->owner.bar, .mem = r->owner.mem, .iova = OWNER_IOVA,
		.n = n, .igb = is_igb(r), .untouched = untouched, .data = r,
	};
}

size_t receive_memory(unsigned int n)
{
	return E1000E_MEMORY(n);
}

void receive_start(struct running *r, unsigned int n)
{
	struct e1000e e = receiver(r, n);

	CHECK(n <= RECEIVE_MAX && n % 8 == 0 && receive_memory(n) <= r->size,
	      "%u descriptors do not fit", n);
	CHECK_OK(e.igb ? igbvf_start(&e) : e1000e_start(&e));
}

void receive_stop(struct running *r)
{
	struct e1000e e = receiver(r, 0);

	if (e.igb)
		igbvf_stop(&e);
	else
		e1000e_stop(&e);
}

void receive_watch_memory(char *mem, unsigned int n, int igb)
{
	if (igb)
		watch_add("packets", mem + E1000E_RING, n,
			  sizeof(struct igb_desc),
			  offsetof(struct igb_desc, status), E1000E_DONE);
	else
		watch_add("packets", mem + E1000E_RING, n,
			  sizeof(struct e1000e_desc), 12, E1000E_DONE);
}

void receive_watch(struct running *r, unsigned int n)
{
	receive_watch_memory(r->owner.mem, n, is_igb(r));
}

unsigned int receive_count(struct running *r, unsigned int n)
{
	struct e1000e e = receiver(r, n);

	return e1000e_count(&e, 0);
}

long long receive_sequence(struct running *r, unsigned int n, unsigned int i)
{
	struct e1000e e = receiver(r, n);

	return e1000e_sequence(&e, i);
}

static void check_guards(struct running *r, unsigned int n, unsigned int used)
{
	guard_check(r, 0, E1000E_RING);
	guard_check(r, E1000E_RING + n * sizeof(struct e1000e_desc),
		    E1000E_BUFFERS(n));
	/* Buffers that were not used yet and the page behind the last one */
	guard_check(r, E1000E_BUFFERS(n) + (size_t)used * E1000E_BUFFER,
		    r->size);
}

struct e1000e_account receive_look(struct running *r, unsigned int n)
{
	struct e1000e e = receiver(r, n);
	struct e1000e_account got;

	CHECK_OK(e1000e_account(&e, &got));
	check_guards(r, n, got.n);
	return got;
}

void receive_check(struct running *r, unsigned int n, const char *when)
{
	unsigned int last;
	struct e1000e_account got;

	do {
		last = receive_count(r, n);
		usleep(500000);
	} while (receive_count(r, n) != last);
	got = receive_look(r, n);
	say("received %s: %u lost %u doubled %u misplaced %u damaged %u",
	    when, got.n, got.lost, got.doubled, got.misplaced, got.damaged);
	CHECK(got.n < n - 1, "the ring of %u is full", n);
	CHECK(got.n && !got.lost && !got.doubled && !got.misplaced &&
	      !got.damaged, "%s: of %u packets %u lost, %u doubled, %u misplaced, %u damaged",
	      when, got.n, got.lost, got.doubled, got.misplaced, got.damaged);
}

void receive_aim(struct running *r, unsigned int n, unsigned int every,
		 const uint64_t *targets, unsigned int n_targets)
{
	struct e1000e e = receiver(r, n);

	for (unsigned int i = every - 1; i < n; i += every)
		e1000e_ring(&e)[i].address = targets[i / every % n_targets];
}

unsigned int receive_check_aimed(struct running *r, unsigned int n,
				 unsigned int every)
{
	unsigned int got = receive_count(r, n);

	CHECK(got < n - 1, "the ring of %u is full", n);
	for (unsigned int i = 0; i < got; i++) {
		size_t at = E1000E_BUFFERS(n) + (size_t)i * E1000E_BUFFER;

		if (i % every == every - 1)
			guard_check(r, at, at + E1000E_BUFFER);
		else
			CHECK(receive_sequence(r, n, i) == (long long)i,
			      "packet %u is not in its place", i);
	}
	check_guards(r, n, got);
	return got;
}
