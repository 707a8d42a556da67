// SPDX-License-Identifier: GPL-2.0-or-later
/* The tiny VMM as the owner of devices */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "luo.h"
#include "marker.h"
#include "pci.h"
#include "vmm.h"

#define PATIENCE	60	/* seconds */

/* Where the VMM has preserved all it has */
static char session[64];

static int count_devices(const char *const *argv)
{
	int n = 0;

	for (; *argv; argv++)
		n += !strncmp(*argv, "0000:", 5);
	return n;
}

void vmm_start(struct program *p, const char *const *argv, int generation)
{
	char *wanted = text("running: %d devices, generation %d",
			    count_devices(argv), generation);
	const char *line;

	program_start(p, argv);
	line = program_expect(p, "tiny-vmm: running: ", PATIENCE);
	CHECK(strstr(line, wanted), "'%s' instead of '%s'", line, wanted);
	free(wanted);
}

void vmm_prepare(struct program *p)
{
	const char *line;

	program_signal(p, SIGUSR2);
	line = program_expect(p, "prepared: session ", PATIENCE);
	CHECK(sscanf(strstr(line, "session "), "session %63s has all", session),
	      "'%s' names no session", line);
}

void vmm_check_prepared(const char *bdf, int runs)
{
	pci_check_state(bdf, "preserved");
	CHECK(pci_attr_is(bdf, "liveupdate/running", runs ? "1" : "0"),
	      "%s: liveupdate/running is wrong", bdf);
	say("%s %s in %s", runs ? "running" : "preserved", bdf, session);
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

void vmm_pass_session(struct program *p, int session)
{
	p->files[0] = VMM_SESSION;
	p->fds[0] = session;
}

int vmm_find_session(void)
{
	return CHECK_OK(luo_retrieve_session(VMM_SESSION));
}

void vmm_leave(struct program *p)
{
	program_signal(p, SIGTERM);
	program_expect(p, "left: the service manager keeps", PATIENCE);
	CHECK_EQ(program_end(p, PATIENCE), 0);
}

void vmm_take_back(struct program *p, const char *bdf)
{
	vmm_start(p, VMM_ARGS("-v", bdf), 1);
	mark(MARK_FINISHED);
	CHECK(program_said(p, "was passed and came from the previous"),
	      "it did not take the session it was passed");
	CHECK(program_said(p, "ran on"), "the device did not run on");
	pci_check_state(bdf, "none");
	vmm_check_works(p);
	vmm_stop(p);
}
