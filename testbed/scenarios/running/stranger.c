// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device whose owner wants no live update and never stops it: its DMA ends
 * with the old kernel. The kernel's shutdown takes its bus mastering away, so
 * somebody gives it back at once, over and over, for as long as programs run:
 * what keeps the device from memory then is the IOMMU alone.
 */
#include <linux/pci_regs.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "hda.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "timeline.h"
#include "watch.h"

#define SIZE		(64 << 10)
#define TOKEN		1000	/* of the stranger's memory */
#define SESSION		"holdfast-stranger-stranger"
#define STRANGER	"02:00.0"

static void keep_mastering(const char *bdf)
{
	cpu_set_t other;

	if (fork())
		return;
	CPU_ZERO(&other);
	CPU_SET(1, &other);
	CHECK(!sched_setaffinity(0, sizeof(other), &other),
	      "no second processor");
	for (;;) {
		pci_write(bdf, PCI_COMMAND, 2, PCI_COMMAND_MEMORY |
			  PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
		usleep(200);
	}
}

/* Its memory goes along, so that nobody else has it and it can be watched */
static void leave(struct running *stranger)
{
	running_prepare();
	hda_watch(stranger);
	watch_start();
	mark(MARK_USER);
	sleep(1);
	keep_mastering(stranger->owner.bdf);
	running_go();
}

static void first(void)
{
	static struct running stranger;
	struct running *r = &running[0];

	running_open(&stranger, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(&stranger);
	hda_check(&stranger);
	running_open(r, pci_find(ID_EDU, 0), SIZE);
	running_session(r, SESSION);
	CHECK_OK(luo_preserve(r->session_fd, stranger.owner.memfd, TOKEN));
	running_preserve(r, SESSION);
	leave(&stranger);
}

static void second(void)
{
	struct running *r = &running[0];

	running_recall();
	sleep(1);
	running_find_session(r);
	CHECK_OK(luo_retrieve(r->session_fd, TOKEN));
	running_retrieve(r);
	running_check_config(r);
	guard_check(r, 0, r->size);
	CHECK_OK(edu_write_ram(r->owner.bar, OWNER_IOVA, EDU_BUFFER));
	running_finish();
	running_close(r);
}

/*
 * The watcher polls memory, so on a busy host it sees a DMA this late, in seconds.
 * A device that is not cut off goes on for a second and more.
 */
#define SEEN_LATE	0.05

/*
 * Nothing lands from the first blocked DMA on, and that was before the new
 * kernel said its first word.
 */
static void judge_cut(struct evidence *ev, const struct arrivals *landed,
		      const struct arrivals *blocked)
{
	const struct log_line *l = log_find(ev, 2, "Linux version ");
	struct timeline tl;
	double word, from;
	size_t n = 0;

	timeline_init(&tl, ev);
	word = l ? timeline_console(&tl, l) : 0;
	from = blocked->n && blocked->times[0] < word ? blocked->times[0] :
							word;
	for (size_t i = 0; i < landed->n; i++)
		n += landed->times[i] > from + SEEN_LATE;
	if (n)
		complain(ev, "%s: %zu DMAs landed after the old kernel was gone, the last after %.1f s",
			 STRANGER, n, landed->times[landed->n - 1] - from);
	else
		remark(ev, "%s: cut off %.0f ms before the new kernel's first line",
		       STRANGER, (word - from) * 1e3);
}

/* For the reader: without the program that interferes there would be no DMA */
static void remark_mastering(struct evidence *ev)
{
	struct span s = span_gap_old(ev, 1);
	int off = 0, on = 0;

	for (size_t i = s.from; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];

		if (e->kind != TRACE_CFG_WRITE || strcmp(e->bdf, STRANGER) ||
		    e->offset != PCI_COMMAND)
			continue;
		if (!(e->value & PCI_COMMAND_MASTER))
			off++;
		else if (off)
			on++;
	}
	remark(ev, "%s: the kernel took its bus mastering %d times, it was given back %d times",
	       STRANGER, off, on);
}

/* The boot takes longer than what a busy host may hold up QEMU */
#define LIMIT	1

static void judge(struct evidence *ev)
{
	struct arrivals landed = arrivals_load(ev, "hda");
	struct arrivals blocked = faults_of(ev, STRANGER);
	struct span gap = span_gap_new(ev, 1);

	expect_flow(ev, &landed, span_markers(ev, 1, MARK_USER, 1, MARK_REBOOT),
		    50, LIMIT);
	judge_cut(ev, &landed, &blocked);
	remark_mastering(ev);
	judge_running_states(ev, STRANGER);
	expect_no_faults(ev, STRANGER);
	/* It never stops trying */
	expect_flow(ev, &blocked, gap, 100, LIMIT);
	expect_flow(ev, &blocked, span_markers(ev, 1, MARK_USER, 2,
					       MARK_FINISHED), 100, 0);
	arrivals_free(&landed);
	arrivals_free(&blocked);
}

#define STRANGER_SCENARIO(mode, suffix, how, ...)			\
SCENARIO(stranger_##mode) = {						\
	.name = "running/stranger" suffix,					\
	.proves = "a device that is not preserved loses its memory at once" how, \
	.devices = STRINGS(ONE(EDU, 1), ONE(HDA, 2), ##__VA_ARGS__),	\
	.shared_memory = 1,						\
	.stage = { first, second },					\
	.judge = judge,							\
	.log_allow = STRINGS("DMAR: DRHD: handling fault status",	\
			     "DMAR: \\[DMA .*Request device \\[0000:02:00.0\\]"), \
}

STRANGER_SCENARIO(legacy, "", "");
STRANGER_SCENARIO(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
STRANGER_SCENARIO(first_level, "-first-level", " (first-level tables)",
		  IOMMU_FIRST_LEVEL);

/* One that is preserved does reach its memory: no stranger, but seen as one */
static void first_preserved(void)
{
	struct running *stranger = &running[1];

	running_open(&running[0], pci_find(ID_EDU, 0), SIZE);
	running_preserve(&running[0], SESSION);
	running_open(stranger, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(stranger);
	hda_check(stranger);
	running_preserve(stranger, SESSION);
	leave(stranger);
}

static void second_preserved(void)
{
	running_recall();
	sleep(1);
	running_retrieve(&running[0]);
	running_retrieve(&running[1]);
	running_finish();
}

SCENARIO(stranger_mirror) = {
	.name = "running/stranger-negative",
	.proves = "mirror: a device that is not cut off is seen",
	.devices = STRINGS(ONE(EDU, 1), ONE(HDA, 2)),
	.shared_memory = 1,
	.stage = { first_preserved, second_preserved },
	.judge = judge,
	.expect = OUTCOME_WITNESS,
	.expect_text = "DMAs landed after the old kernel was gone",
};
