// SPDX-License-Identifier: GPL-2.0-or-later
/* The PCI functions of the machine as the guest announced them in its log */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "witness.h"

/* "hf: pci 0000:02:00.0 id=8086:10d3 parent=0000:00:04.0 exp=e0 ..." */
static int parse(const char *line, struct pci_function *f)
{
	const char *p = strstr(line, "hf: pci 0000:");

	if (!p)
		return 0;
	memset(f, 0, sizeof(*f));
	return sscanf(p, "hf: pci 0000:%15s id=%15s parent=0000:%15s exp=%x pm=%x msi=%x msix=%x acs=%x aer=%x sriov=%x buses=%x-%x",
		      f->bdf, f->id, f->parent, &f->exp, &f->pm, &f->msi,
		      &f->msix, &f->acs, &f->aer, &f->sriov, &f->secondary,
		      &f->subordinate) == 12;
}

static const struct pci_function *search(struct evidence *ev, const char *bdf,
					 const char *id, int n)
{
	static struct pci_function f[8];
	static unsigned int slot;
	struct pci_function *to = &f[slot++ % ARRAY_SIZE(f)];

	for (size_t i = 0; i < ev->n_lines; i++)
		if (parse(ev->lines[i].text, to) &&
		    (bdf ? !strcmp(to->bdf, bdf) :
			   !strcmp(to->id, id) && n-- == 0))
			return to;
	return NULL;
}

/* Good until some eight more functions have been asked for */
const struct pci_function *pci_function(struct evidence *ev, const char *bdf)
{
	return search(ev, bdf, NULL, 0);
}

const struct pci_function *pci_function_by_id(struct evidence *ev,
					      const char *id, int n)
{
	const struct pci_function *f = search(ev, NULL, id, n);

	if (!f)
		complain(ev, "log: the guest announced no function %s number %d",
			 id, n);
	return f;
}
