/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenarios with the init system of a distribution. /init of the initramfs
 * mounts the disk, brings the programs and units under test along, and becomes
 * systemd. The stage runs as a unit, with the initramfs as its root as ever,
 * and the disk below SYSTEM_ROOT.
 */
#ifndef TESTBED_GUEST_SYSTEM_H
#define TESTBED_GUEST_SYSTEM_H

#define SYSTEM_ROOT	"/system"

/* What makes this program do its part inside the system */
#define SYSTEM_STAGE	"--stage"
#define SYSTEM_HOOK	"holdfast-stage"	/* its name for systemd-shutdown */

/* The disk is at SYSTEM_ROOT, with our programs, and the initramfs below its /mnt */
void system_mount(void);

/* In the first process: mount and fill the disk; then become its init */
void system_prepare(void);
void system_become(void);

/* The process of the unit: see the files of the initramfs, as ever */
void system_enter(void);

/* Right before the kexec; nothing else is there any more */
int system_hook(void);

/* ---- for stages ---- */

/*
 * A program of the disk: ends with @status and says all of @words. By its path
 * if busybox has one of this name, too.
 */
void system_run(int status, const char *const *words,
		const char *const *argv);

/* The same, again and again, until it does. What it said, allocated */
char *system_wait(const char *const *words, const char *const *argv);

/* A line to /etc of the disk, as an operator would put it there */
void system_write(const char *path, const char *content);

/* What systemd knows of a unit (NULL: of itself): "name=value" */
void system_check(const char *unit, const char *property, const char *value);

/* The system goes down for the next kernel: does not return */
void system_leave(const char *const *argv) __attribute__((noreturn));

#define SYSTEMD(...)	((const char *const []){ __VA_ARGS__, NULL })
#define SYSTEMCTL(...)	SYSTEMD("systemctl", "--no-pager", __VA_ARGS__)

#endif
