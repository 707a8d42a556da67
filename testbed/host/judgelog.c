// SPDX-License-Identifier: GPL-2.0-or-later
/* The judge of what a plain live update writes to the log, and no more */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "witness.h"

static void expect_lines(struct evidence *ev, int kernel, const char *bdf,
			 const char *what, int n)
{
	char *pattern = text("0000:%s: liveupdate: %s", bdf, what);
	int seen = log_count(ev, kernel, pattern);

	if (seen != n)
		complain(ev, "log: kernel %d has %d lines '%s', %d expected",
			 kernel, seen, pattern, n);
	free(pattern);
}

/*
 * One line for each device and transition. A bridge says when it is frozen and
 * when it comes in, and nothing else.
 */
static void judge_device(struct evidence *ev, const char *bdf)
{
	const struct pci_function *f;

	expect_lines(ev, 1, bdf, "preserved$", 1);
	expect_lines(ev, 1, bdf, "frozen$", 1);
	expect_lines(ev, 1, bdf, "", 2);
	expect_lines(ev, 2, bdf, "incoming$", 1);
	expect_lines(ev, 2, bdf, "retrieved$", 1);
	expect_lines(ev, 2, bdf, "finished$", 1);
	expect_lines(ev, 2, bdf, "", 3);

	for (f = pci_function(ev, bdf); f && strcmp(f->parent, "root");
	     f = pci_function(ev, f->parent)) {
		expect_lines(ev, 1, f->parent, "", 1);
		expect_lines(ev, 2, f->parent, "", 1);
	}
}

void judge_plain_update(struct evidence *ev)
{
	judge_updates(ev);
	for (size_t i = 0; i < ev->n_lines; i++) {
		const char *p = strstr(ev->lines[i].text,
				       "hf: preserved 0000:");
		char bdf[16];

		if (p && sscanf(p, "hf: preserved 0000:%15s", bdf) == 1)
			judge_device(ev, bdf);
	}
}
