// SPDX-License-Identifier: GPL-2.0-or-later
/* Judge of bus mastering: bridges above preserved devices keep theirs */
#include <stdio.h>
#include <string.h>

#include <linux/pci_regs.h>

#include "witness.h"

/* Return: number of times the function's bus mastering was turned off */
static int count_master_off(const struct evidence *ev, struct span s,
			    const char *bdf)
{
	int n = 0;

	for (size_t i = s.from; i < s.to; i++) {
		const struct trace_event *e = &ev->events[i];

		n += e->kind == TRACE_CFG_WRITE && !strcmp(e->bdf, bdf) &&
		     e->offset == PCI_COMMAND &&
		     !(e->value & PCI_COMMAND_MASTER);
	}
	return n;
}

static void judge_path(struct evidence *ev, struct span s, const char *bdf)
{
	const struct pci_function *f = pci_function(ev, bdf);
	int bridges = 0;

	while (f && strcmp(f->parent, "root")) {
		int n = count_master_off(ev, s, f->parent);

		if (n)
			complain(ev, "bus master: turned off %d times on bridge %s above %s",
				 n, f->parent, bdf);
		bridges++;
		f = pci_function(ev, f->parent);
	}
	if (!bridges)
		complain(ev, "log: no bridge was announced above %s", bdf);
}

void judge_bus_master(struct evidence *ev)
{
	int seen = 0;

	for (size_t i = 0; i < ev->n_lines; i++) {
		const struct log_line *l = &ev->lines[i];
		const char *p = strstr(l->text, "hf: preserved 0000:");
		char bdf[16];

		if (!p || sscanf(p, "hf: preserved 0000:%15s", bdf) != 1)
			continue;
		judge_path(ev, span_gap(ev, l->kernel), bdf);
		seen++;
	}
	if (!seen)
		complain(ev, "log: the guest preserved no device");
}
