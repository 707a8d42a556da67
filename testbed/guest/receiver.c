// SPDX-License-Identifier: GPL-2.0-or-later
/* The tiny VMM as a receiver of packets */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dev-igbvf.h"
#include "device.h"
#include "log.h"
#include "pci.h"
#include "receive.h"
#include "receiver.h"

void receiver_start(struct receiver *r, const char *bdf, const char *session,
		    int generation)
{
	vmm_start(&r->vmm, VMM_ARGS("--name", session, bdf), generation);
	r->ring.igb = !strcmp(device_ops(bdf)->id, ID_IGB_VF);
	r->ring.n = r->ring.igb ? IGBVF_MAX : E1000E_MAX;
	r->ring.mem = program_memory(&r->vmm, E1000E_MEMORY(r->ring.n));
}

void receiver_watch(struct receiver *r)
{
	receive_watch_memory(r->ring.mem, r->ring.n, r->ring.igb);
}

unsigned int receiver_count(struct receiver *r)
{
	return e1000e_count(&r->ring, 0);
}

void receiver_wait(struct receiver *r, unsigned int n)
{
	unsigned int is = receiver_count(r), was;
	double end = now() + 30;

	while (is < n) {
		CHECK(now() < end, "%u packets and no more for 30 s, %u expected",
		      is, n);
		usleep(100000);
		was = is;
		is = receiver_count(r);
		if (is > was)
			end = now() + 30;
	}
}

static void wait_quiet(struct receiver *r)
{
	unsigned int last;

	do {
		last = receiver_count(r);
		usleep(500000);
	} while (receiver_count(r) != last);
}

void receiver_end(struct receiver *r, const char *when)
{
	struct e1000e_account got;
	const char *line, *words;

	wait_quiet(r);
	program_signal(&r->vmm, SIGINT);
	line = program_expect(&r->vmm, ": received ", 60);
	words = strstr(line, "received ") + strlen("received ");
	CHECK(sscanf(words, "%u lost %u doubled %u misplaced %u damaged %u",
		     &got.n, &got.lost, &got.doubled, &got.misplaced,
		     &got.damaged) == 5, "'%s' is no account", line);
	CHECK_EQ(got.n, receiver_count(r));
	say("received %s: %s", when, words);
	CHECK(got.n < r->ring.n - 1, "the ring of %u is full", r->ring.n);
	CHECK(got.n && !got.lost && !got.doubled && !got.misplaced &&
	      !got.damaged, "%s: of %u packets %u lost, %u doubled, %u misplaced, %u damaged",
	      when, got.n, got.lost, got.doubled, got.misplaced, got.damaged);
	CHECK_EQ(program_end(&r->vmm, 60), 0);
}
