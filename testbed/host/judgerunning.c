// SPDX-License-Identifier: GPL-2.0-or-later
/* The judge of devices that run through live updates */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pci_regs.h>

#include "continuity.h"
#include "hda.h"
#include "marker.h"
#include "timeline.h"
#include "util.h"

#define SHOWN	4

#define GCMD_TRANSLATE	(1u << 31)
#define GCMD_REMAP	(1u << 25)
#define ON	(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)

/* A register that has to be left alone, and how */
struct untouched {
	unsigned int cap;	/* 0 or a capability id */
	unsigned int offset;
	unsigned int size;
	unsigned int needed;	/* bits that have to be set in what is written */
	unsigned int banned;	/* bits that may not; 0 and 0: no write at all */
	const char *what;
};

static const struct untouched device_rules[] = {
	{ 0, PCI_COMMAND, 2, ON, 0, "command" },
	{ 0, PCI_BASE_ADDRESS_0, 24, 0, 0, "a BAR" },
	{ 0, PCI_ROM_ADDRESS, 4, 0, 0, "the ROM address" },
	{ PCI_CAP_ID_PM, PCI_PM_CTRL, 2, 0, PCI_PM_CTRL_STATE_MASK,
	  "the power state" },
	{ PCI_CAP_ID_MSI, PCI_MSI_FLAGS, 2, 0, PCI_MSI_FLAGS_ENABLE, "MSI" },
	{ PCI_CAP_ID_MSIX, PCI_MSIX_FLAGS, 2, 0, PCI_MSIX_FLAGS_ENABLE,
	  "MSI-X" },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, 2, 0, PCI_EXP_DEVCTL_BCR_FLR,
	  "device control" },
	{ 0 },
};

/* ... by an owner that sets up its interrupts before its session is finished */
static const struct untouched owned_rules[] = {
	{ 0, PCI_COMMAND, 2, ON, 0, "command" },
	{ 0, PCI_BASE_ADDRESS_0, 24, 0, 0, "a BAR" },
	{ PCI_CAP_ID_PM, PCI_PM_CTRL, 2, 0, PCI_PM_CTRL_STATE_MASK,
	  "the power state" },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, 2, 0, PCI_EXP_DEVCTL_BCR_FLR,
	  "device control" },
	{ 0 },
};

/* No capability has such an id */
#define CAP_SRIOV	0x100

/* Of a physical function with virtual ones, in addition */
static const struct untouched physfn_rules[] = {
	{ CAP_SRIOV, 0, PCI_EXT_CAP_SRIOV_SIZEOF, 0, 0, "SR-IOV" },
	{ 0 },
};

static const struct untouched bridge_rules[] = {
	{ 0, PCI_COMMAND, 2, ON, 0, "command" },
	{ 0, PCI_IO_BASE, 2, 0, 0, "the I/O window" },
	{ 0, PCI_MEMORY_BASE, 16, 0, 0, "a memory window" },
	{ 0, PCI_BRIDGE_CONTROL, 2, 0, PCI_BRIDGE_CTL_BUS_RESET,
	  "bridge control" },
	{ PCI_CAP_ID_PM, PCI_PM_CTRL, 2, 0, PCI_PM_CTRL_STATE_MASK,
	  "the power state" },
	{ 0 },
};

static unsigned int rule_at(const struct pci_function *f,
			    const struct untouched *r)
{
	unsigned int base = 0;

	switch (r->cap) {
	case PCI_CAP_ID_PM:
		base = f->pm;
		break;
	case PCI_CAP_ID_MSI:
		base = f->msi;
		break;
	case PCI_CAP_ID_MSIX:
		base = f->msix;
		break;
	case PCI_CAP_ID_EXP:
		base = f->exp;
		break;
	case CAP_SRIOV:
		base = f->sriov;
		break;
	}
	return r->cap && !base ? 0 : base + r->offset;
}

static int is_broken(const struct untouched *r, unsigned int value)
{
	if (!r->needed && !r->banned)
		return 1;
	/* Nothing is sent then, which is how a driver latches its interrupts */
	if (r->cap == PCI_CAP_ID_MSIX && value & PCI_MSIX_FLAGS_MASKALL)
		return 0;
	return (value & r->needed) != r->needed || value & r->banned;
}

static void check_writes(struct evidence *ev, struct span s,
			 const struct pci_function *f,
			 const struct untouched *rules)
{
	int n = 0;

	for (size_t i = s.from; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];

		if (strcmp(e->bdf, f->bdf))
			continue;
		if (e->kind == TRACE_PM)
			complain(ev, "running: %s went from D%u to D%u",
				 f->bdf, e->offset, e->value);
		if (e->kind != TRACE_CFG_WRITE)
			continue;
		for (const struct untouched *r = rules; r->what; r++) {
			unsigned int at = rule_at(f, r);

			if (at && e->offset >= at &&
			    e->offset < at + r->size &&
			    is_broken(r, e->value) && n++ < SHOWN)
				complain(ev, "running: %s: %s: %#x was written at %#x after marker %d/%#x",
					 f->bdf, r->what, e->value, e->offset,
					 e->kernel, e->marker);
		}
	}
	if (n > SHOWN)
		complain(ev, "running: %s: and %d more writes", f->bdf,
			 n - SHOWN);
}

void expect_translation(struct evidence *ev, struct span s)
{
	unsigned long root = 0;

	for (size_t i = 0; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];

		if (e->kind == TRACE_DMAR_ROOT) {
			if (i >= s.from && root && e->address != root)
				complain(ev, "IOMMU: the root table moved from %#lx to %#lx",
					 root, e->address);
			root = e->address;
		}
		if (i < s.from)
			continue;
		if (e->kind == TRACE_DMAR_ENABLE && !e->value)
			complain(ev, "IOMMU: translation was turned off after marker %d/%#x",
				 e->kernel, e->marker);
		if (e->kind == TRACE_DMAR_COMMAND &&
		    !(e->value & GCMD_TRANSLATE))
			complain(ev, "IOMMU: command %#x, which is without translation, after marker %d/%#x",
				 e->value, e->kernel, e->marker);
	}
	if (!root)
		complain(ev, "trace: the IOMMU never got a root table");
}

void expect_remapping(struct evidence *ev, struct span s)
{
	for (size_t i = s.from; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];

		if (e->kind == TRACE_IR_ENABLE && !e->value)
			complain(ev, "IOMMU: interrupt remapping was turned off after marker %d/%#x",
				 e->kernel, e->marker);
		if (e->kind == TRACE_DMAR_COMMAND && !(e->value & GCMD_REMAP))
			complain(ev, "IOMMU: command %#x, which is without interrupt remapping, after marker %d/%#x",
				 e->value, e->kernel, e->marker);
	}
}

static int is_irq_of_hda(const struct trace_event *e)
{
	unsigned long low = e->address - HDA_IRQ_LOW;
	unsigned long high = e->address - HDA_IRQ_HIGH;
	unsigned long range = HDA_PIECES / 2 * HDA_IRQ_STEP;

	return low < range || high < range;
}

void expect_blocked_irqs(struct evidence *ev, struct span s)
{
	/* Before the kernel switches to the blocking table, on it, after it */
	int requests[3] = { 0 }, passed = 0, tables = 0;
	static const unsigned long sizes[] = { 0x100, 0x10000 };

	for (size_t i = s.from; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];

		if (e->kind == TRACE_IR_REQUEST && is_irq_of_hda(e))
			requests[tables]++;
		if (e->kind == TRACE_IR_PASSED && is_irq_of_hda(e))
			passed++;
		if (e->kind != TRACE_IR_TABLE)
			continue;
		if (tables == 2 || e->size != sizes[tables]) {
			complain(ev, "IOMMU: interrupt remapping table %d after the reboot has %#lx entries",
				 tables + 1, e->size);
			break;
		}
		tables++;
	}
	if (tables != 2)
		complain(ev, "IOMMU: the interrupt remapping table was set %d times, not to block and to remap",
			 tables);
	if (passed)
		complain(ev, "IOMMU: %d interrupt requests of the device were let through",
			 passed);
	if (!requests[0] || !requests[1] || !requests[2])
		complain(ev, "IOMMU: the device sent no interrupt requests");
	remark(ev, "interrupt requests: %d until the old kernel blocked them, %d until the new one had its table, %d after that",
	       requests[0], requests[1], requests[2]);
}

void expect_vfs(struct evidence *ev, struct span s)
{
	for (size_t i = s.from; i < s.to; i++)
		if (ev->events[i].kind == TRACE_VFS)
			complain(ev, "running: virtual functions were %s after marker %d/%#x",
				 ev->events[i].value ? "enabled" : "disabled",
				 ev->events[i].kernel, ev->events[i].marker);
}

static int count_nvme_config(const struct evidence *ev, struct span s)
{
	int n = 0;

	for (size_t i = s.from; i < s.to; i++)
		n += ev->events[i].kind == TRACE_NVME_CFG;
	return n;
}

void judge_running_device(struct evidence *ev, int k, const char *bdf,
			  unsigned int until)
{
	struct span s = span_markers(ev, k, MARK_REBOOT, k + 1, until);
	const struct pci_function *f = pci_function(ev, bdf);

	if (!f) {
		complain(ev, "log: %s runs but was never announced", bdf);
		return;
	}
	expect_resets(ev, s, bdf, NULL, 0);
	expect_bars_in_place(ev, s, bdf);
	check_writes(ev, s, f, device_rules);
	if (!strcmp(f->id, "1b36:0010") && count_nvme_config(ev, s))
		complain(ev, "running: %s: an nvme controller was configured",
			 bdf);
	while (strcmp(f->parent, "root")) {
		f = pci_function(ev, f->parent);
		if (!f)
			return;
		if (f->secondary) {
			check_writes(ev, s, f, bridge_rules);
		} else {
			expect_resets(ev, s, f->bdf, NULL, 0);
			expect_bars_in_place(ev, s, f->bdf);
			check_writes(ev, s, f, device_rules);
			check_writes(ev, s, f, physfn_rules);
			expect_vfs(ev, s);
		}
	}
}

/* In two parts: what the kernel after kernel @k does by itself, and its programs */
static void judge_owned_device(struct evidence *ev, int k, const char *bdf)
{
	unsigned int part = marker_find(ev, k + 1, MARK_RETRIEVE) ?
			    MARK_RETRIEVE : MARK_INIT;
	struct span s = span_markers(ev, k + 1, part, k + 1, MARK_FINISHED);
	const struct pci_function *f = pci_function(ev, bdf);

	judge_running_device(ev, k, bdf, part);
	if (!f)
		return;
	expect_resets(ev, s, bdf, NULL, 0);
	expect_bars_in_place(ev, s, bdf);
	check_writes(ev, s, f, owned_rules);
}

static void judge_to_finish(struct evidence *ev, int k, const char *bdf)
{
	judge_running_device(ev, k, bdf, MARK_FINISHED);
}

static void judge_each(struct evidence *ev, const char *aside,
		       void (*judge)(struct evidence *ev, int k,
				     const char *bdf))
{
	int seen = 0, last = 0;
	struct span s;

	for (size_t i = 0; i < ev->n_lines; i++) {
		const struct log_line *l = &ev->lines[i];
		const char *p = strstr(l->text, "hf: running 0000:");
		char bdf[16];

		if (!p || sscanf(p, "hf: running 0000:%15s", bdf) != 1 ||
		    (aside && !strcmp(bdf, aside)))
			continue;
		if (l->kernel != last) {
			expect_bus_numbers(ev, span_gap_new(ev, l->kernel));
			s = span_markers(ev, l->kernel, MARK_REBOOT,
					 l->kernel + 1, MARK_FINISHED);
			expect_translation(ev, s);
			expect_remapping(ev, s);
		}
		judge(ev, l->kernel, bdf);
		last = l->kernel;
		seen++;
	}
	if (!seen)
		complain(ev, "log: the guest says of no device that it runs");
}

void judge_running_states(struct evidence *ev, const char *aside)
{
	judge_each(ev, aside, judge_to_finish);
}

void expect_no_faults(struct evidence *ev, const char *but)
{
	const struct trace_event *first = NULL;
	int n = 0;

	for (size_t i = 0; i < ev->n_events; i++) {
		const struct trace_event *e = &ev->events[i];

		if (e->kind != TRACE_DMAR_FAULT ||
		    (but && !strcmp(e->bdf, but)))
			continue;
		if (!n++)
			first = e;
	}
	if (n)
		complain(ev, "the IOMMU reported %d faults, the first of %s at %#lx after marker %d/%#x",
			 n, first->bdf, first->address, first->kernel,
			 first->marker);
}

void judge_running(struct evidence *ev)
{
	judge_running_states(ev, NULL);
	expect_no_faults(ev, NULL);
}

void judge_running_owned(struct evidence *ev)
{
	judge_each(ev, NULL, judge_owned_device);
	expect_no_faults(ev, NULL);
}
