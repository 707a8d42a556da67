// SPDX-License-Identifier: GPL-2.0-or-later
/* A source of DMA that does not end, and the tiny VMM owns, over a kexec */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "continuity.h"
#include "dev-hda.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "vmm.h"
#include "watch.h"

#define ROUNDS	3

static struct program vmm;

/*
 * The VMM has a word of the first buffer to see that it is written; the second
 * one is looked at here, from end to end.
 */
static void check_buffer(char *mem)
{
	char *buffer = mem + HDA_BUFFER_B;
	double end = now() + 20;

	for (int i = 0; i < ROUNDS; i++) {
		memset(buffer, 0x5a, HDA_BUFFER);
		for (size_t at = 0; at < HDA_BUFFER; usleep(10000)) {
			CHECK(now() < end, "no DMA: byte %#zx of a buffer is not written",
			      at);
			while (at < HDA_BUFFER && !buffer[at])
				at++;
		}
	}
}

static char *start(const char *bdf, int generation)
{
	vmm_start(&vmm, VMM_ARGS("-v", bdf), generation);
	return program_memory(&vmm, VMM_SHARE);
}

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0), *mem;

	kho_count("before");
	mem = start(bdf, 0);
	vmm_check_works(&vmm);
	watch_add("hda", mem + HDA_POSITION, 1, 4096, 0, ~0u);
	watch_start();
	mark(MARK_USER);
	sleep(1);
	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 1);
	check_buffer(mem);
	/* Asked to leave, it stays: nobody else keeps the session */
	program_signal(&vmm, SIGTERM);
	program_expect(&vmm, "holding the session", 30);
	kexec_next();
}

static void second(void)
{
	char *bdf = pci_find(ID_HDA, 0), *mem;

	pci_check_state(bdf, "incoming");
	mem = start(bdf, 1);
	mark(MARK_FINISHED);
	CHECK(program_said(&vmm, "ran on"), "the device did not run on");
	pci_check_state(bdf, "none");
	check_buffer(mem);
	vmm_check_works(&vmm);
	mark(MARK_USER);
	vmm_stop(&vmm);
	kho_count("after");
}

/* A position each 10 ms or so; what QEMU holds up itself is far below this */
#define LIMIT	0.5

static void judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "hda");

	judge_running(ev);
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), 100,
		    LIMIT);
	note_gaps(ev, &a, 1, MARK_USER, MARK_USER);
	expect_same_kho(ev, "before", "after");
	arrivals_free(&a);
}

#define HDA_RUNNING(mode, suffix, how, ...)			\
SCENARIO(hda_running_##mode) = {					\
	.name = "running/hda" suffix,				\
	.proves = "endless DMA goes on through a kexec" how,		\
	.devices = STRINGS(ONE(HDA, 1), ##__VA_ARGS__),			\
	.programs = STRINGS(VMM_PROGRAM),				\
	.shared_memory = 1,						\
	.time_limit = 120,						\
	.stage = { first, second },					\
	.judge = judge,							\
}

HDA_RUNNING(legacy, "", "");
HDA_RUNNING(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
HDA_RUNNING(first_level, "-first-level", " (first-level tables)",
	      IOMMU_FIRST_LEVEL);
