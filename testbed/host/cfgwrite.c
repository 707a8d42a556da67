// SPDX-License-Identifier: GPL-2.0-or-later
/* Judge of config writes: each one to a preserved function is explained */
#include <string.h>

#include <linux/pci_regs.h>

#include "witness.h"

#define SHOWN	8

/* Where a rule applies in this function; 0 if it lacks the capability */
static unsigned int rule_base(const struct pci_function *f,
			      const struct config_rule *r)
{
	switch (r->cap) {
	case PCI_CAP_ID_EXP:
		return f->exp;
	case PCI_CAP_ID_PM:
		return f->pm;
	case PCI_CAP_ID_MSI:
		return f->msi;
	case PCI_CAP_ID_MSIX:
		return f->msix;
	case EXT_CAP(PCI_EXT_CAP_ID_ACS):
		return f->acs;
	case EXT_CAP(PCI_EXT_CAP_ID_ERR):
		return f->aer;
	case EXT_CAP(PCI_EXT_CAP_ID_SRIOV):
		return f->sriov;
	}
	return 0;
}

const struct config_rule *
explain_config_write(const struct pci_function *f,
		     const struct trace_event *e,
		     const struct config_rule *rules)
{
	for (const struct config_rule *r = rules; r && r->why; r++) {
		unsigned int base = rule_base(f, r);

		if (r->cap && !base)
			continue;
		if (e->offset >= base + r->offset &&
		    e->offset < base + r->offset + r->size &&
		    !(e->value & r->mask))
			return r;
	}
	return NULL;
}

void expect_config_writes(struct evidence *ev, struct span s, const char *bdf,
			  const struct config_rule *rules)
{
	const struct pci_function *f = pci_function(ev, bdf);
	int n = 0;

	if (!f) {
		complain(ev, "log: the guest announced no function %s", bdf);
		return;
	}
	for (size_t i = s.from; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];

		if (e->kind != TRACE_CFG_WRITE || strcmp(e->bdf, bdf) ||
		    explain_config_write(f, e, rules))
			continue;
		if (n++ < SHOWN)
			complain(ev, "config write: %s (%s): %#x at %#x after marker %d/%#x%s has no explanation",
				 bdf, e->device, e->value, e->offset,
				 e->kernel, e->marker,
				 e->half == HALF_GAP_NEW ?
				 " in the next kernel's boot" : "");
	}
	if (n > SHOWN)
		complain(ev, "config write: %s: and %d more", bdf, n - SHOWN);
}

int count_config_writes(const struct evidence *ev, struct span s,
			const char *bdf)
{
	int n = 0;

	for (size_t i = s.from; i < s.to; i++)
		n += ev->events[i].kind == TRACE_CFG_WRITE &&
		     !strcmp(ev->events[i].bdf, bdf);
	return n;
}
