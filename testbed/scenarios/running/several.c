// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Five devices of four kinds at work, in two sessions of two owners: processes
 * of their own in the new kernel, at the same time.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "hda.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "queue.h"
#include "receive.h"
#include "scenario.h"
#include "watch.h"

#define RATE	1000
#define RING	32760
#define READS	600
#define SEED	242

#define EDU_SIZE	(64 << 10)
#define EDU_IN		0x2000

static const char one[] = "holdfast-several-one", two[] = "holdfast-several-two";

enum { NIC, SOUND, DRIVE, EDU_ONE, EDU_TWO };

static void open_edu(struct running *r, int n)
{
	running_open(r, pci_find(ID_EDU, n), EDU_SIZE);
	pattern_fill(r->owner.mem, EDU_BUFFER, SEED + n);
	CHECK_OK(edu_read_ram(r->owner.bar, OWNER_IOVA, EDU_BUFFER));
}

static void start_edu(struct running *r)
{
	edu_start_write_ram(r->owner.bar, OWNER_IOVA + EDU_IN, EDU_BUFFER);
}

static void check_edu(struct running *r, int n)
{
	size_t at = pattern_check(r->owner.mem + EDU_IN, EDU_BUFFER, SEED + n);

	CHECK(at == EDU_BUFFER, "%s: %zu bytes of its DMA landed",
	      r->owner.bdf, at);
	guard_check(r, EDU_BUFFER, EDU_IN);
	guard_check(r, EDU_IN + EDU_BUFFER, r->size);
}

static void first(void)
{
	struct running *r = running;

	running_open(&r[NIC], pci_find(ID_E1000E, 0), receive_memory(RING));
	kho_count("before");
	receive_start(&r[NIC], RING);
	running_preserve(&r[NIC], one);
	running_open(&r[SOUND], pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(&r[SOUND]);
	hda_check(&r[SOUND]);
	running_preserve(&r[SOUND], two);
	running_open(&r[DRIVE], pci_find(ID_NVME, 0), QUEUE_MEMORY);
	queue_open(&r[DRIVE]);
	running_preserve(&r[DRIVE], one);
	open_edu(&r[EDU_ONE], 0);
	running_preserve(&r[EDU_ONE], one);
	open_edu(&r[EDU_TWO], 1);
	running_preserve(&r[EDU_TWO], two);
	running_prepare();

	receive_watch(&r[NIC], RING);
	hda_watch(&r[SOUND]);
	queue_watch(&r[DRIVE], READS);
	watch_start();
	mark(MARK_USER);
	traffic_start(RATE, RECEIVE_PLACES(RING));
	queue_start(&r[DRIVE], READS);
	sleep(2);
	start_edu(&r[EDU_ONE]);
	start_edu(&r[EDU_TWO]);
	running_go();
}

/* The one with less to do; its end is not the end of the other one */
static void owner_two(struct running *r, int told, int end)
{
	char byte;

	running_retrieve(&r[SOUND]);
	running_check_config(&r[SOUND]);
	hda_check(&r[SOUND]);
	running_retrieve(&r[EDU_TWO]);
	check_edu(&r[EDU_TWO], 1);
	running_check_config(&r[EDU_TWO]);
	running_finish_session(two);
	hda_check(&r[SOUND]);
	mark(MARK_USER + 1);
	/* What is judged goes on until both have finished: tell, and wait */
	CHECK_EQ(write(told, "", 1), 1);
	CHECK_EQ(read(end, &byte, 1), 1);
	hda_stop(&r[SOUND]);
	running_close(&r[SOUND]);
	running_close(&r[EDU_TWO]);
	_exit(0);
}

static void owner_one(struct running *r)
{
	running_retrieve(&r[NIC]);
	running_check_config(&r[NIC]);
	running_retrieve(&r[DRIVE]);
	running_check_config(&r[DRIVE]);
	running_retrieve(&r[EDU_ONE]);
	check_edu(&r[EDU_ONE], 0);
	running_check_config(&r[EDU_ONE]);
	running_finish_session(one);
}

static void second(void)
{
	struct running *r = running;
	int status, told[2], end[2];
	char byte;
	pid_t pid;

	running_recall();
	for (int i = 0; i < running_count; i++)
		running_find_session(&r[i]);
	CHECK(!pipe(told) && !pipe(end), "pipe: %s", strerror(errno));
	pid = fork();
	if (!pid)
		owner_two(r, told[1], end[0]);
	/* Each has its own session only */
	close(r[SOUND].session_fd);
	owner_one(r);
	CHECK_EQ(read(told[0], &byte, 1), 1);
	mark(MARK_FINISHED);
	CHECK_EQ(write(end[1], "", 1), 1);
	CHECK(waitpid(pid, &status, 0) == pid && !status,
	      "the second owner ended with %#x", status);
	queue_check(&r[DRIVE], READS);
	mark(MARK_USER);
	traffic_stop();
	receive_check(&r[NIC], RING, "in all");
	receive_stop(&r[NIC]);
	queue_stop(&r[DRIVE]);
	running_close(&r[NIC]);
	running_close(&r[DRIVE]);
	running_close(&r[EDU_ONE]);
	kho_count("after");
}

/* The boot takes longer than what a busy host may hold up QEMU */
#define LIMIT	1

static void judge(struct evidence *ev)
{
	struct arrivals packets = arrivals_load(ev, "packets");
	struct arrivals sound = arrivals_load(ev, "hda");
	struct arrivals reads = arrivals_load(ev, "reads");
	struct span all = span_markers(ev, 1, MARK_USER, 2, MARK_USER);

	judge_running(ev);
	expect_all_received(ev, 2, "in all");
	expect_flow(ev, &packets, all, 5000, LIMIT);
	expect_flow(ev, &sound, span_markers(ev, 1, MARK_USER, 2,
					     MARK_USER + 1), 100, LIMIT);
	expect_all_of(ev, &reads, all, READS, LIMIT);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&packets);
	arrivals_free(&sound);
	arrivals_free(&reads);
}

#define SEVERAL(mode, suffix, how, ...)					\
SCENARIO(several_##mode) = {						\
	.name = "running/several" suffix,					\
	.proves = "five devices of two owners run on at once" how,	\
	.devices = STRINGS(ONE(E1000E_FED, 1), ONE(HDA, 2),		\
			   ONE(NVME_50, 3), ONE(EDU, 4), ONE(EDU, 5),	\
			   ##__VA_ARGS__),				\
	.shared_memory = 1,						\
	.disk = 1,							\
	.time_limit = 120,						\
	.stage = { first, second },					\
	.judge = judge,							\
}

SEVERAL(legacy, "", "");
SEVERAL(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
