// SPDX-License-Identifier: GPL-2.0-or-later
/* The tiny VMM as the owner of devices */
#include <signal.h>
#include <stdlib.h>

#include "log.h"
#include "pci.h"
#include "vmm.h"

#define PATIENCE	60	/* seconds */

void vmm_start(struct program *p, const char *const *argv, int generation)
{
	char *line = text("running: 1 devices, generation %d", generation);

	program_start(p, argv);
	program_expect(p, line, PATIENCE);
	free(line);
}

void vmm_prepare(struct program *p)
{
	program_signal(p, SIGUSR2);
	program_expect(p, "prepared: session " VMM_SESSION " has all",
		       PATIENCE);
}

void vmm_check_prepared(const char *bdf, int runs)
{
	pci_check_state(bdf, "preserved");
	CHECK(pci_attr_is(bdf, "liveupdate/running", runs ? "1" : "0"),
	      "%s: liveupdate/running is wrong", bdf);
	say(runs ? "running %s in " VMM_SESSION : "preserved %s in " VMM_SESSION,
	    bdf);
}

/* It tells of each tenth */
void vmm_check_works(struct program *p)
{
	program_expect(p, "0 rounds", PATIENCE);
	program_expect(p, "0 rounds", PATIENCE);
}

void vmm_stop(struct program *p)
{
	program_signal(p, SIGINT);
	CHECK_EQ(program_end(p, PATIENCE), 0);
}
