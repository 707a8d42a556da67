// SPDX-License-Identifier: GPL-2.0-or-later
/* The report of the demo: 80 columns */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pci_regs.h>

#include "demo.h"
#include "plot.h"
#include "timeline.h"
#include "util.h"

static double ms_of(const struct story *s, double time)
{
	return (time - s->zero) * 1000;
}

static void print_head(const struct story *s)
{
	const struct pci_function *f = pci_function(s->ev, s->bdf);

	printf("\nHoldfast: a live update under traffic (emulated machine)\n\n"
	       "  %s  %s  %s  session %s: memory, iommufd, device\n"
	       "  receiver: %s\n",
	       s->bdf, s->device, f ? f->id : "?", s->session, s->lines.n ?
	       "the igb driver of a Linux guest of QEMU with KVM" :
	       "a program with a driver of its own for it");
	if (s->lines.n)
		printf("  guest: boot %s all the time, says a line a second, silent for %.1f s\n",
		       s->boot, s->silence.to - s->silence.from);
	if (*s->parent)
		printf("  physical function: %s, on pci-pf-stub, opened by nobody\n",
		       s->parent);
	printf("  traffic: %.0f packets/s with sequence numbers, for %.1f s\n",
	       s->rate, s->seconds);
}

static void print_packets(const struct story *s)
{
	size_t between = 0;

	for (int i = 0; i < s->n_phases; i++)
		if (s->phase[i].era == ERA_BOOT)
			between += s->phase[i].packets;
	printf("\nPackets\n  sent          %8llu\n", s->sent);
	if (!s->counted) {
		printf("  the receiver gave no account of what it received\n");
		return;
	}
	printf("  received      %8u   %zu of them while no program ran\n",
	       s->received, between);
	printf("  lost          %8u\n", s->lost);
	printf("  duplicated    %8u\n", s->doubled);
	if (!s->lines.n)
		printf("  out of place  %8u   packet N has to be at place N%s\n",
		       s->misplaced, s->misplaced && s->lost ?
		       ": all behind a lost one are not" : "");
	printf("  damaged       %8u   each byte is compared\n", s->damaged);
	for (int i = 0; i < s->n_missing; i++)
		printf("  packet %llu never came, the one after it at %+.1f ms\n",
		       s->missing[i].number, ms_of(s, s->missing[i].time));
	if (!s->lines.n)
		printf("  the receiver was back when %u packets were there, and went on\n",
		       s->back);
}

static void print_gap(const struct story *s, const char *when, struct gap g)
{
	const struct phase *p = story_phase(s, g.to);

	printf("  %-24s %8.1f %12.1f %12.1f%s%s\n", when, gap_ms(g),
	       g.pause * 1000, ms_of(s, g.to), p ? "  " : "",
	       p ? p->name : "");
}

static void print_gaps(const struct story *s)
{
	printf("\nLongest gap between two packets in memory, ms\n"
	       "%35s %12s %12s  in\n", "gap", "host's pause", "ended at");
	print_gap(s, "idle, before the update", s->idle);
	print_gap(s, "during the update", s->during);
	print_gap(s, "after it", s->after);
	printf("  seen from outside; in the pause none was sent. A busy host makes both longer\n");
}

static void print_phases(const struct story *s)
{
	printf("\nTime line, ms from reboot() on %17s %7s %7s %6s\n", "from",
	       "took", "packets", "gap");
	for (int i = 0; i < s->n_phases; i++) {
		const struct phase *p = &s->phase[i];

		printf("  %-11s %-34s", p->name, p->what);
		printf(" %8.1f %7.1f %7zu %6.1f\n", ms_of(s, p->from),
		       (p->to - p->from) * 1000, p->packets,
		       gap_ms(p->longest));
	}
}

/* From QMP's stop to its cont */
static void print_pause(const struct story *s)
{
	double all = s->phase[s->n_phases - 1].to - s->phase[0].from, boot = 0;

	for (int i = 0; i < s->n_phases; i++)
		if (s->phase[i].era == ERA_BOOT)
			boot = s->phase[i].to - s->phase[i].from;
	printf("  the guest was paused for %.1f s: %.0f %% the kernel's boot, %.1f %% holdfast-qemu,\n"
	       "  the rest QEMU's state and start\n",
	       all, boot / all * 100, s->ours / all * 100);
}

static void row(const char *what, int value)
{
	printf("  %-66s %8d\n", what, value);
}

static int count_sriov_writes(const struct story *s, struct span span,
			      const struct pci_function *pf)
{
	int n = 0;

	for (size_t i = span.from; i < span.to; i++) {
		const struct trace_event *e = &s->ev->events[i];

		n += e->kind == TRACE_CFG_WRITE && !strcmp(e->bdf, pf->bdf) &&
		     e->offset >= pf->sriov &&
		     e->offset < pf->sriov + PCI_EXT_CAP_SRIOV_SIZEOF;
	}
	return n;
}

/* By what each of them is for */
static void print_writes(const struct story *s, struct span span)
{
	const struct pci_function *f = pci_function(s->ev, s->bdf);
	int rest = count_config_writes(s->ev, span, s->bdf);

	row("config writes by the new kernel until the session ended", rest);
	for (const struct config_rule *c = boot_writes; f && c->why; c++) {
		char *what = text("  %s", c->why);
		int n = 0;

		for (size_t i = span.from; i < span.to; i++) {
			const struct trace_event *e = &s->ev->events[i];

			n += e->kind == TRACE_CFG_WRITE &&
			     !strcmp(e->bdf, s->bdf) &&
			     explain_config_write(f, e, boot_writes) == c;
		}
		if (n)
			row(what, n);
		rest -= n;
		free(what);
	}
	if (rest)
		row("  by its owner, as it took the device back", rest);
}

static void print_seen(const struct story *s)
{
	struct span span = span_markers(s->ev, 1, DEMO_PRESERVE, 2,
					MARK_FINISHED);
	struct span gap = span_gap_new(s->ev, 1), back = span;
	struct resets n = count_reset_requests(s->ev, span, s->bdf);
	const struct pci_function *pf = pci_function(s->ev, s->parent);
	int off = 0;

	back.from = gap.from;
	for (size_t i = span.from; i < span.to; i++)
		off += s->ev->events[i].kind == TRACE_DMAR_ENABLE &&
		       !s->ev->events[i].value;
	printf("\nWhat QEMU saw, from preserve to finish\n");
	row("resets of the device", n.flr + n.bus + n.pm);
	if (pf && pf->sriov)
		row("writes to SR-IOV of its physical function",
		    count_sriov_writes(s, span, pf));
	row("BARs that moved", count_bars(s->ev, span, s->bdf).moved);
	row("times the IOMMU stopped translating", off);
	row("faults of the IOMMU", count_dmar_faults(s->ev, span));
	print_writes(s, back);
	if (!s->lines.n)
		printf("  no driver was bound before its owner came; others who open it: EBUSY\n"
		       "  config space as its owner reads it: as before\n");
	if (kho_counted(s->ev, "after") >= 0)
		printf("  bytes kept for the next kernel: %lld before, %lld after\n",
		       kho_counted(s->ev, "before"), kho_counted(s->ev, "after"));
}

void demo_report(struct story *s)
{
	if (!*s->bdf)
		return;
	print_head(s);
	print_packets(s);
	if (s->complete)
		print_gaps(s);
	if (s->n_phases)
		print_phases(s);
	if (s->complete && s->lines.n)
		print_pause(s);
	if (s->complete)
		print_seen(s);
	if (s->packets.n)
		plot_sketch(s);
}
