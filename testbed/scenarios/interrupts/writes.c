// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device that sends interrupt requests all the time, which is what DMA to
 * 0xFEExxxxx is: from the old kernel's shutdown on they are for the tables of two
 * kernels, and reach none.
 */
#include "running/outlive.h"
#include "update.h"

#define FAULTS	"DMAR: DRHD: handling fault status", \
		"DMAR: .INTR-REMAP. Request device .* fault index"

static void start(struct running *r)
{
	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start_irqs(r);
	hda_check(r);
}

static void first(void)
{
	struct running *r = &running[0];

	start(r);
	hda_watch(r);
	watch_start();
	mark(MARK_USER);
	running_preserve(r, "holdfast-interrupts");
	running_prepare();
	running_go();
}

static void judge(struct evidence *ev)
{
	outlive_judge(ev);
	expect_blocked_irqs(ev, span_markers(ev, 1, MARK_REBOOT, 2,
					     MARK_FINISHED));
}

#define WRITES(sym, label, how, ...)					\
SCENARIO(writes_##sym) = {						\
	.name = "interrupts/writes" label,				\
	.proves = "no interrupt request of a running device gets through while the kernel is replaced" how, \
	.devices = STRINGS(ONE(HDA, 1), ##__VA_ARGS__),			\
	.shared_memory = 1,						\
	.traces = IRQ_TRACES,						\
	.time_limit = 120,						\
	.log_allow = STRINGS(FAULTS),					\
	.stage = { first, outlive_take_back },				\
	.judge = judge,							\
}

WRITES(legacy, "", "");
WRITES(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
WRITES(first_level, "-first-level", " (first-level tables)",
       IOMMU_FIRST_LEVEL);
WRITES(x2apic, "-x2apic", " (x2APIC mode)", "-global", "intel-iommu.eim=on");

/* An update after which nothing has to run, so that the kernel turns it off */
static void idle(void)
{
	char *bdf = pci_find(ID_E1000E, 0);

	update_preserve("holdfast-interrupts", bdf);
	say("running %s in holdfast-interrupts", bdf);
	update_go();
}

SCENARIO(writes_stock) = {
	.name = "interrupts/turned-off",
	.proves = "negative: interrupt remapping that is turned off is seen",
	.devices = STRINGS(ONE(E1000E, 1)),
	.time_limit = 120,
	.stage = { idle, update_take_back },
	.judge = judge_running,
	.expect = OUTCOME_WITNESS,
	.expect_text = "IOMMU: interrupt remapping was turned off",
};

/* The same requests, nobody in their way */
static void unsafe(void)
{
	struct running *r = &running[0];

	start(r);
	hda_stop(r);
	running_close(r);
}

static void judge_unsafe(struct evidence *ev)
{
	expect_blocked_irqs(ev, span_all(ev));
}

SCENARIO(writes_unsafe) = {
	.name = "interrupts/let-through",
	.proves = "negative: interrupt requests of a device that are let through are seen",
	.devices = STRINGS(ONE(HDA, 1)),
	.cmdline = { "intremap=off iommufd.allow_unsafe_interrupts=1" },
	.variants = ALL_VARIANTS,
	.traces = IRQ_TRACES,
	.stage = { unsafe },
	.judge = judge_unsafe,
	.expect = OUTCOME_WITNESS,
	.expect_text = "interrupt requests of the device were let through",
};
