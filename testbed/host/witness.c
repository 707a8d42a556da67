// SPDX-License-Identifier: GPL-2.0-or-later
/* Judges of resets, bus numbers, BARs and faults */
#include <stdio.h>
#include <string.h>

#include <linux/pci_regs.h>

#include "util.h"
#include "witness.h"

#define BARS	8	/* more than any function has */

int count_resets(const struct evidence *ev, struct span s, const char *model)
{
	int n = 0;

	for (size_t i = s.from; i < s.to; i++)
		if (ev->events[i].kind == TRACE_RESET &&
		    !strcmp(ev->events[i].device, model))
			n++;
	return n;
}

/* Bridge control is often written together with the interrupt line */
static int bus_reset_bit(const struct trace_event *e)
{
	if (e->offset == PCI_BRIDGE_CONTROL)
		return !!(e->value & PCI_BRIDGE_CTL_BUS_RESET);
	if (e->offset == PCI_INTERRUPT_LINE && e->value > 0xffff)
		return !!(e->value >> 16 & PCI_BRIDGE_CTL_BUS_RESET);
	return -1;
}

static int count_bus_resets(const struct evidence *ev, struct span s,
			    const char *bridge)
{
	int n = 0, is = 0;

	for (size_t i = s.from; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];
		int bit;

		if (e->kind != TRACE_CFG_WRITE || strcmp(e->bdf, bridge))
			continue;
		bit = bus_reset_bit(e);
		if (bit < 0)
			continue;
		n += bit && !is;
		is = bit;
	}
	return n;
}

enum reset_kind reset_by(const struct pci_function *f,
			 const struct trace_event *e)
{
	if (strcmp(e->bdf, f->bdf))
		return RESET_NONE;
	if (e->kind == TRACE_CFG_WRITE && f->exp &&
	    e->offset == f->exp + PCI_EXP_DEVCTL &&
	    e->value & PCI_EXP_DEVCTL_BCR_FLR)
		return RESET_FLR;
	if (e->kind == TRACE_PM && e->offset == 3 && e->value == 0)
		return RESET_PM;
	return RESET_NONE;
}

static struct resets count_function_resets(const struct evidence *ev,
					   struct span s,
					   const struct pci_function *f)
{
	struct resets r = { 0 };

	for (size_t i = s.from; i < s.to; i++) {
		enum reset_kind how = reset_by(f, &ev->events[i]);

		r.flr += how == RESET_FLR;
		r.pm += how == RESET_PM;
	}
	return r;
}

struct resets count_reset_requests(struct evidence *ev, struct span s,
				   const char *bdf)
{
	const struct pci_function *f = pci_function(ev, bdf);
	struct resets r = { 0 };

	if (!f) {
		complain(ev, "log: the guest announced no function %s", bdf);
		return r;
	}
	r = count_function_resets(ev, s, f);
	while (f && strcmp(f->parent, "root")) {
		r.bus += count_bus_resets(ev, s, f->parent);
		f = pci_function(ev, f->parent);
	}
	return r;
}

void expect_resets(struct evidence *ev, struct span s, const char *bdf,
		   const char *model, int n)
{
	struct resets r = count_reset_requests(ev, s, bdf);
	int seen;

	if (r.flr + r.bus + r.pm != n)
		complain(ev, "reset: %s was reset %d times, %d expected (function level %d, bus %d, power state %d)",
			 bdf, r.flr + r.bus + r.pm, n, r.flr, r.bus, r.pm);
	if (!model)
		return;
	seen = count_resets(ev, s, model);
	if (seen != r.flr + r.bus)
		complain(ev, "reset: model %s saw %d resets, config space of %s asked for %d",
			 model, seen, bdf, r.flr + r.bus);
}

/* The byte of @e at config offset @offset, or -1 if it was not written */
static int byte_at(const struct trace_event *e, unsigned int offset)
{
	unsigned int shift;

	if (offset < e->offset || offset > e->offset + 3)
		return -1;
	shift = (offset - e->offset) * 8;
	/* The length is not in the trace: Linux writes bytes or all four */
	if (offset != e->offset && e->offset != PCI_PRIMARY_BUS)
		return -1;
	return e->value >> shift & 0xff;
}

void expect_bus_numbers(struct evidence *ev, struct span s)
{
	for (size_t i = s.from; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];
		const struct pci_function *f;
		int secondary, subordinate;

		if (e->kind != TRACE_CFG_WRITE || e->offset < PCI_PRIMARY_BUS ||
		    e->offset > PCI_SUBORDINATE_BUS)
			continue;
		f = pci_function(ev, e->bdf);
		if (!f || !f->subordinate)
			continue;
		secondary = byte_at(e, PCI_SECONDARY_BUS);
		subordinate = byte_at(e, PCI_SUBORDINATE_BUS);
		if ((secondary >= 0 && secondary != (int)f->secondary) ||
		    (subordinate >= 0 && subordinate != (int)f->subordinate)) {
			complain(ev, "bus numbers: bridge %s had %02x-%02x; %#x was written at %#x",
				 e->bdf, f->secondary, f->subordinate,
				 e->value, e->offset);
			return;
		}
	}
}

/* Where each BAR was last mapped before the span, and by its end; 0: nowhere */
static void find_bars(const struct evidence *ev, struct span s, const char *bdf,
		      unsigned long before[BARS], unsigned long after[BARS])
{
	for (size_t i = 0; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];

		if (e->kind == TRACE_BAR_ADD && !strcmp(e->bdf, bdf) &&
		    e->offset < BARS)
			(i < s.from ? before : after)[e->offset] = e->address;
	}
}

void expect_bars_in_place(struct evidence *ev, struct span s,
			  const char *bdf)
{
	unsigned long before[BARS] = { 0 }, after[BARS] = { 0 };

	find_bars(ev, s, bdf, before, after);
	for (size_t i = 0; i < BARS; i++)
		if (before[i] && after[i] && before[i] != after[i])
			complain(ev, "BAR %zu of %s moved from %#lx to %#lx",
				 i, bdf, before[i], after[i]);
}

struct bars count_bars(const struct evidence *ev, struct span s,
		       const char *bdf)
{
	unsigned long before[BARS] = { 0 }, after[BARS] = { 0 };
	struct bars n = { 0 };

	find_bars(ev, s, bdf, before, after);
	for (size_t i = 0; i < BARS; i++) {
		n.mapped += !!after[i];
		n.moved += after[i] && before[i] != after[i];
	}
	return n;
}

int count_dmar_faults(const struct evidence *ev, struct span s)
{
	int n = 0;

	for (size_t i = s.from; i < s.to; i++)
		n += ev->events[i].kind == TRACE_DMAR_FAULT;
	return n;
}
