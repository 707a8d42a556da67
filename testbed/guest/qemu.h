/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real QEMU with a guest of its own, below holdfast-qemu(8). QEMU is that of the
 * disk's Debian, the guest's kernel the one under test, its /init this program, see
 * nested.h. What the guest says comes with what holdfast-qemu and QEMU say.
 */
#ifndef TESTBED_GUEST_QEMU_H
#define TESTBED_GUEST_QEMU_H

#include "program.h"

#define QEMU_PROGRAM	"qemu/holdfast-qemu"
#define QEMU_NAME	"nested"
#define QEMU_SOCKET	"/run/holdfast-qemu/nested/qmp"	/* below the disk's root */
#define QEMU_SECONDS	240	/* until a nested guest has booted, on an idle host */

/**
 * struct nested - a nested guest
 * @p:		holdfast-qemu, and QEMU
 * @line:	what the guest said last, allocated
 */
struct nested {
	struct program p;
	char *line;
};

/* The initramfs of the guest, in this kernel and all that follow */
void qemu_make_initrd(void);

/* The disk is there, and what QEMU needs of the guest; once in each kernel */
void qemu_prepare(void);

/*
 * The arguments of QEMU: a guest with the work of @words, no device but @devices
 * (NULL-terminated QEMU arguments), and accelerator @accel.
 */
const char *const *qemu_args(const char *accel, const char *words,
			     const char *const *devices);

/* Start QEMU by itself, or holdfast-qemu with it, which may take the guest back */
void qemu_start(struct nested *n, const char *const *args);
void qemu_run(struct nested *n, const char *const *args);

/* ... whose standard output is a socket */
const char *const *qemu_service_args(const char *const *args);

/* ... one device behind an iommufd as @devices, without its BARs in the address space */
const char *const *qemu_vfio(const char *bdf);

/*
 * Wait for a line of the guest with this text; judge_nested() of the host looks at
 * all of them.
 */
void nested_look(struct nested *n, const char *text, double seconds);

/* The number behind this word in the last line */
unsigned long long nested_number(const struct nested *n, const char *word);

/* Wait until that number is larger by @more */
void nested_work(struct nested *n, const char *word, unsigned int more,
		 double seconds);

/* Until holdfast-qemu can speak to the QEMU that was just started */
void qemu_wait_for_monitor(void);

/* Everything is preserved, the guest paused: the kexec may come */
void qemu_update(struct nested *n);

/* holdfast-qemu VERB...: ends with @status and says all of @words */
void qemu_tool(int status, const char *const *words, const char *const *args);

/* What scenarios of QEMU have in common; they take minutes and a disk */
#define QEMU_SCENARIO \
	.programs = STRINGS(QEMU_PROGRAM), \
	.variants = "prod", \
	.qemu = 1, \
	.on_request = 1

#define QEMU(...)	((const char *const []){ __VA_ARGS__, NULL })

#endif
