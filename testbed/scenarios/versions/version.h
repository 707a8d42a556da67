/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries that the new kernel cannot read, so that it has to stop */
#ifndef TESTBED_SCENARIOS_VERSION_H
#define TESTBED_SCENARIOS_VERSION_H

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define CANNOT_READ \
	"Kernel panic - not syncing: PCI: liveupdate: cannot read what"

static inline void version_preserve(void)
{
	update_preserve("holdfast-version", pci_find(ID_E1000E, 0));
	update_go();
}

static inline void version_never(void)
{
	FAIL("the kernel came up with entries that it cannot read");
}

/* The reason stands in the log, and PCI was not touched */
static inline void version_judge(struct evidence *ev, const char *reason)
{
	int scanned = 0;

	if (log_count(ev, 2, reason) != 1)
		complain(ev, "log: kernel 2 does not say '%s'", reason);
	for (size_t i = 0; i < ev->n_events; i++)
		scanned |= ev->events[i].half == HALF_GAP_NEW;
	if (scanned)
		complain(ev, "trace: PCI was scanned all the same");
}

#endif
