// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever is refused at any step says what to do, and nothing is lost by it */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "continuity.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "owner.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "vmm.h"

#define NOBODY	65534

/* The tiny VMM on a device of the right kind, and on one that must stay */
static struct program vmm = {
	.env = STRINGS("NOTIFY_SOCKET=@holdfast-nobody", "FDSTORE=1"),
}, other;

/* One line with the name of the error, and what to do about it */
static void expect_error(struct program *p, const char *id,
			 const char *remedy)
{
	char *name = text("[%s]", id);
	const char *line = program_expect(p, name, 60);

	CHECK(strstr(line, "error: ") && strstr(line, remedy),
	      "%s does not say '%s'", id, remedy);
	free(name);
}

/* It does not even begin */
static void refused(const char *const *argv, const char *id,
		    const char *remedy)
{
	program_start(&other, argv);
	expect_error(&other, id, remedy);
	CHECK_EQ(program_end(&other, 30), 1);
}

/* An update is refused, and it goes on */
static void not_prepared(struct program *p, const char *bdf, const char *id,
			 const char *remedy)
{
	program_signal(p, SIGUSR2);
	expect_error(p, id, remedy);
	program_expect(p, "no update: going on", 30);
	pci_check_state(bdf, "none");
	vmm_check_works(p);
}

static void check_start(const char *bdf)
{
	struct owner o;
	int luo;

	refused(VMM_ARGS("0000:7f:00.0"), "device-missing", "see lspci");
	refused(VMM_ARGS("0000:00:00.0"), "vmm-job", "pass an edu");
	refused(VMM_ARGS("--name", "systemd", bdf), "session-name-reserved",
		"choose a name");
	luo = CHECK_OK(raw_luo_open());
	refused(VMM_ARGS(bdf), "liveupdate-busy", "stop that process");
	close(luo);
	owner_open(&o, bdf);
	refused(VMM_ARGS(bdf), "vfio-bind-busy", "stop who has it open");
	owner_close(&o);
}

static void first(void)
{
	char *stays = pci_find(ID_EDU, 0), *bdf = pci_find(ID_EDU, 1);
	int luo, session;

	check_start(bdf);
	vmm_start(&vmm, VMM_ARGS(bdf), 0);
	luo = CHECK_OK(raw_luo_open());
	not_prepared(&vmm, bdf, "liveupdate-busy", "stop that process");
	close(luo);
	session = CHECK_OK(luo_create(VMM_SESSION));
	not_prepared(&vmm, bdf, "session-name-taken", "choose another name");
	close(session);

	vmm_start(&other, VMM_ARGS("--name", "holdfast-other", stays), 0);
	not_prepared(&other, stays, "device-not-preservable", "leave it out");
	vmm_stop(&other);

	/* Asked to leave the session to a manager that does not answer */
	vmm_prepare(&vmm);
	program_signal(&vmm, SIGTERM);
	expect_error(&vmm, "notify-send", "see systemctl status");
	program_expect(&vmm, "no update: going on", 30);
	pci_check_state(bdf, "none");
	vmm_check_works(&vmm);

	vmm_prepare(&vmm);
	vmm_check_prepared(bdf, 1);
	kexec_next();
}

static void second(void)
{
	char *stays = pci_find(ID_EDU, 0), *bdf = pci_find(ID_EDU, 1);
	int luo, session;

	refused(VMM_ARGS(stays), "vmm-devices", "use the command line");
	refused(VMM_ARGS(stays, bdf), "vmm-devices", "use the command line");
	refused(VMM_ARGS("--name", "holdfast-other", bdf), "vfio-open-busy",
		"retrieve it from its session");
	pci_check_state(bdf, "incoming");

	other.uid = NOBODY;
	program_start(&other, VMM_ARGS(bdf));
	expect_error(&other, "liveupdate-permission", "be given a session");
	expect_error(&other, "iommufd-permission", "be given the fd");
	CHECK_EQ(program_end(&other, 30), 1);
	other.uid = 0;

	luo = CHECK_OK(raw_luo_open());
	refused(VMM_ARGS(bdf), "liveupdate-busy", "stop that process");
	close(luo);
	session = CHECK_OK(luo_retrieve_session(VMM_SESSION));
	refused(VMM_ARGS(bdf), "session-held", "stop that process");
	close(session);

	vmm_start(&vmm, VMM_ARGS(bdf), 1);
	mark(MARK_FINISHED);
	CHECK(program_said(&vmm, "ran on"), "the device did not run on");
	vmm_check_works(&vmm);
	vmm_stop(&vmm);
}

static void judge(struct evidence *ev)
{
	judge_running_device(ev, 1, "01:00.0", MARK_INIT);
	expect_no_faults(ev, NULL);
}

SCENARIO(vmm_refused) = {
	.name = "vmm/refused",
	.proves = "the tiny VMM says why it is refused, and nothing is lost",
	.devices = STRINGS("-device", "edu,addr=3", ONE(EDU, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.stage = { first, second },
	.judge = judge,
	.time_limit = 200,
};
