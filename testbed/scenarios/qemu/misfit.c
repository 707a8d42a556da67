// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A QEMU that cannot load the guest: one with another machine type, one that is too
 * old for the machine type, and one whose stream is damaged.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "judgenested.h"
#include "kexec.h"
#include "log.h"
#include "marker.h"
#include "pci.h"
#include "qemu/drive.h"
#include "scenario.h"
#include "system.h"

#define READS	100	/* two seconds of them */

#define STAND_IN	"/run/qemu"
#define OLD		"/run/old"	/* it fails while there is ... */
#define DAMAGE		"/run/damage"

static struct nested guest;

/*
 * Stands for QEMU: says that it is too old, or passes on a copy of the stream with its
 * start overwritten, but only once.
 */
static void make_stand_in(const char *fault)
{
	static const char script[] =
		"#!/bin/bash\n"
		"words=(\"$@\")\n"
		"stream=${words[-1]}\n"
		"if [ -e " OLD " ]; then\n"
		"	echo unsupported machine type >&2\n"
		"	exit 1\n"
		"elif [ -e " DAMAGE " ]; then\n"
		"	rm " DAMAGE "\n"
		"	cp \"${stream#file:}\" /tmp/stream\n"
		"	tr '\\0' '\\377' < /dev/zero | head -c 4096 |\n"
		"	dd of=/tmp/stream conv=notrunc\n"
		"	words[-1]=file:/tmp/stream\n"
		"fi\n"
		"exec -a \"$0\" /usr/bin/qemu-system-x86_64 \"${words[@]}\"\n";

	system_write(STAND_IN, script);
	system_run(0, STRINGS(""), SYSTEMD("/bin/chmod", "755", STAND_IN));
	if (fault)
		system_write(fault, "");
}

/* With the word that starts with @is exchanged for @by */
static const char *const *with(const char *const *args, const char *is,
			       const char *by)
{
	for (const char **a = (const char **)args; *a; a++)
		if (!strncmp(*a, is, strlen(is)))
			*a = by;
	return args;
}

static void continues(void)
{
	nested_work(&guest, "disk ", READS, QEMU_SECONDS);
	CHECK_EQ(nested_number(&guest, "bad "), 0);
}

static void update(void)
{
	kexec_prepare(NULL);
	qemu_update(&guest);
	kexec_next();
}

static void start(const char *bdf, const char *const *args)
{
	say("running %s in QEMU", bdf);
	qemu_run(&guest, args);
	continues();
	update();
}

static void first(void)
{
	const char *bdf = drive_prepare();

	start(bdf, drive_args(bdf));
}

/* An operator's mistake: the command line from before the update is right */
static void second_other(void)
{
	const char *bdf = drive_prepare();

	mark(MARK_RETRIEVE);
	qemu_run(&guest, with(drive_args(bdf), "pc-q35-",
			      "pc-q35-10.0,memory-backend=ram0,aux-ram-share=on"));
	continues();
	mark(MARK_FINISHED);
	CHECK(program_said(&guest.p, "local is 'pc-q35-10.0'"),
	      "QEMU did not refuse the machine type");
	pci_check_state(bdf, "none");
}

SCENARIO(qemu_other_machine) = {
	.name = "qemu/other-machine",
	.proves = "a guest whose new command line QEMU refuses continues with the one from before the update",
	.devices = STRINGS(ONE(NVME_50, 1)),
	QEMU_SCENARIO,
	.disk = 1,
	.time_limit = 400,
	.stage = { first, second_other },
	.judge = judge_nested_running,
};

static const char *const *stand_in_args(const char *bdf)
{
	return with(drive_args(bdf), "/usr/bin/qemu", STAND_IN);
}

static void first_stand_in(void)
{
	const char *bdf = drive_prepare();

	make_stand_in(NULL);
	start(bdf, stand_in_args(bdf));
}

static void second_held(void)
{
	const char *bdf = drive_prepare();

	make_stand_in(OLD);
	mark(MARK_RETRIEVE);
	qemu_run(&guest, stand_in_args(bdf));
	program_expect(&guest.p, "holding the VM", QEMU_SECONDS);
	pci_check_state(bdf, "retrieved");
	CHECK_OK(unlink(SYSTEM_ROOT OLD));
	system_write(DAMAGE, "");
	program_signal(&guest.p, SIGHUP);
	continues();
	mark(MARK_FINISHED);
	CHECK(access(SYSTEM_ROOT DAMAGE, F_OK), "no stream was damaged");
	CHECK(program_said(&guest.p, "Not a migration stream"),
	      "QEMU loaded the damaged stream");
	pci_check_state(bdf, "none");
}

SCENARIO(qemu_held) = {
	.name = "qemu/held",
	.proves = "a guest that no QEMU loads is held while its drive keeps running, and continues once a QEMU loads it",
	.devices = STRINGS(ONE(NVME_50, 1)),
	QEMU_SCENARIO,
	.disk = 1,
	.time_limit = 500,
	.stage = { first_stand_in, second_held },
	.judge = judge_nested_running,
};
