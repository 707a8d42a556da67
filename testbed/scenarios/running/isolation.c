// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A running device that aims at memory it was never given: pages of the kernel,
 * pages of its owner by their physical address, the neighbours of its mapping.
 * All the time some packets go there, and the others where they belong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "continuity.h"
#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "receive.h"
#include "scenario.h"
#include "timeline.h"
#include "watch.h"

#define RATE		500
/*
 * The mapping ends within the place of the kernel: no page of a program is at
 * an address that is mapped.
 */
#define RING		16376
#define EVERY		10	/* packets: one of them is aimed */
#define TARGETS		6
#define PAGE		4096
#define CANARY		(16 * PAGE)
#define SEED		241
#define TOKEN		1000	/* of the canary */
#define DEVICE		"01:00.0"

static int canary_fd;
static char *canary;

static uint64_t kernel_code(void)
{
	char *all = file_read("/proc/iomem", NULL), *end;
	unsigned long long from, to = 0;

	for (char *p = all ? strtok_r(all, "\n", &end) : NULL; p && !to;
	     p = strtok_r(NULL, "\n", &end))
		if (strstr(p, "Kernel code"))
			sscanf(p, " %llx-%llx", &from, &to);
	free(all);
	CHECK(to, "/proc/iomem does not say where the kernel is");
	return to / PAGE * PAGE - PAGE;
}

static void make_canary(void)
{
	canary_fd = memfd_make("canary", CANARY);
	canary = memfd_map(canary_fd, CANARY);
	pattern_fill(canary, CANARY, SEED);
}

static void aim(struct running *r)
{
	const uint64_t targets[TARGETS] = {
		watch_physical(canary),
		watch_physical(canary + CANARY - PAGE),
		watch_physical(r->owner.mem),
		kernel_code(),
		OWNER_IOVA - PAGE,
		OWNER_IOVA + r->size,
	};

	for (int i = 0; i < TARGETS; i++) {
		CHECK(targets[i] + PAGE <= OWNER_IOVA ||
		      targets[i] >= OWNER_IOVA + r->size,
		      "%#llx is mapped", (unsigned long long)targets[i]);
		say("forbidden %#llx", (unsigned long long)targets[i]);
	}
	receive_aim(r, RING, EVERY, targets, TARGETS);
}

static void leave(struct running *r)
{
	CHECK_OK(luo_preserve(r->session_fd, canary_fd, TOKEN));
	running_preserve(r, "holdfast-isolation");
	running_prepare();
	receive_start(r, RING);
	aim(r);
	watch_add("canary", canary, 1, PAGE, 0, ~0u);
	receive_watch(r, RING);
	watch_start();
	mark(MARK_USER);
	traffic_start(RATE, RECEIVE_PLACES(RING));
	sleep(2);
	running_go();
}

static void first(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_E1000E, 0), receive_memory(RING));
	make_canary();
	running_session(r, "holdfast-isolation");
	leave(r);
}

static void check_canary(void)
{
	size_t at = pattern_check(canary, CANARY, SEED);

	CHECK(at == CANARY, "the canary was hit at %#zx", at);
}

static void second(void)
{
	struct running *r = &running[0];
	unsigned int n;

	running_recall();
	running_find_session(r);
	canary_fd = CHECK_OK(luo_retrieve(r->session_fd, TOKEN));
	canary = memfd_map(canary_fd, CANARY);
	check_canary();
	running_retrieve(r);
	running_check_config(r);
	sleep(1);
	check_canary();
	running_finish();
	n = receive_count(r, RING);
	sleep(1);
	CHECK(receive_count(r, RING) > n, "no packet comes any more");
	traffic_stop();
	sleep(1);
	n = receive_check_aimed(r, RING, EVERY);
	check_canary();
	say("packets: %u, each %uth of them aimed at forbidden memory", n,
	    EVERY);
	receive_stop(r);
	running_close(r);
}

static int is_forbidden(const struct evidence *ev, unsigned long address)
{
	for (size_t i = 0; i < ev->n_lines; i++) {
		const char *p = strstr(ev->lines[i].text, "hf: forbidden ");
		unsigned long page;

		if (p && sscanf(p, "hf: forbidden %lx", &page) == 1 &&
		    address / PAGE == page / PAGE)
			return 1;
	}
	return 0;
}

/* Each of the places was aimed at between the kernels, and nothing else */
static void judge_targets(struct evidence *ev)
{
	struct span gap = span_gap(ev, 1);
	unsigned long seen[TARGETS];
	int n = 0;

	for (size_t i = gap.from; i < gap.to; i++) {
		const struct trace_event *e = &ev->events[i];
		unsigned long page = e->address / PAGE;
		int k = 0;

		if (e->kind != TRACE_DMAR_FAULT || strcmp(e->bdf, DEVICE))
			continue;
		if (!is_forbidden(ev, e->address)) {
			complain(ev, "DMA of %s to %#lx was blocked, which is its own",
				 DEVICE, e->address);
			return;
		}
		while (k < n && seen[k] != page)
			k++;
		if (k == n)
			seen[n++] = page;
	}
	if (n != TARGETS)
		complain(ev, "DMA was blocked at %d places between the kernels, %d expected",
			 n, TARGETS);
}

/* The boot takes longer than what a busy host may hold up QEMU */
#define LIMIT	1

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 1, MARK_REBOOT, 2, MARK_FINISHED);
	struct arrivals blocked = faults_of(ev, DEVICE);
	struct arrivals packets = arrivals_load(ev, "packets");
	struct arrivals hits = arrivals_load(ev, "canary");
	struct flow f;

	judge_running_states(ev, NULL);
	expect_no_faults(ev, DEVICE);
	judge_targets(ev);
	if (hits.n)
		complain(ev, "the host saw that the canary was hit");
	expect_flow(ev, &packets, s, 1000, LIMIT);
	f = expect_flow(ev, &blocked, s, 100, LIMIT);
	remark(ev, "blocked: %zu writes from the reboot to finish, never less than one in %.0f ms",
	       f.n, f.largest_gap * 1e3);
	arrivals_free(&blocked);
	arrivals_free(&packets);
	arrivals_free(&hits);
}

#define ISOLATION(mode, suffix, how, ...)				\
SCENARIO(isolation_##mode) = {						\
	.name = "running/isolation" suffix,					\
	.proves = "a running device never reaches what it was not given" how, \
	.devices = STRINGS(ONE(E1000E_FED, 1), ##__VA_ARGS__),		\
	.shared_memory = 1,						\
	.stage = { first, second },					\
	.judge = judge,							\
	.log_allow = STRINGS("DMAR: DRHD: handling fault status",	\
			     "DMAR: \\[DMA Write.*Request device \\[0000:01:00.0\\]"), \
}

ISOLATION(legacy, "", "");
ISOLATION(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
ISOLATION(first_level, "-first-level", " (first-level tables)",
	  IOMMU_FIRST_LEVEL);

/* The first page of the canary is mapped where it is: packets land there */
static void first_open(void)
{
	struct running *r = &running[0];

	running_open(r, pci_find(ID_E1000E, 0), receive_memory(RING));
	make_canary();
	running_session(r, "holdfast-isolation");
	CHECK_OK(iommufd_map_file(r->owner.iommufd, r->owner.ioas, canary_fd,
				  PAGE, watch_physical(canary)));
	leave(r);
}

SCENARIO(isolation_mirror) = {
	.name = "running/isolation-negative",
	.proves = "mirror: a page that the device does reach is seen to be hit",
	.devices = STRINGS(ONE(E1000E_FED, 1)),
	.shared_memory = 1,
	.stage = { first_open, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "the canary was hit at 0",
	.log_allow = STRINGS("DMAR: "),
};
