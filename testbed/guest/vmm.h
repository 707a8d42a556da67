/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tiny VMM of examples/ as the owner of devices. It runs as any program
 * does and is told what to do by signals; see examples/tiny-vmm.c.
 */
#ifndef TESTBED_GUEST_VMM_H
#define TESTBED_GUEST_VMM_H

#include "program.h"

#define VMM_PROGRAM	"examples/tiny-vmm"
#define VMM_SESSION	"holdfast-tiny"
#define VMM_SHARE	(64 << 10)	/* of the memory, for an edu or HDA */

#define VMM_ARGS(...)	((const char *const []){ "tiny-vmm", __VA_ARGS__, NULL })

/* Started, and at work for the time that @generation updates were survived */
void vmm_start(struct program *p, const char *const *argv, int generation);

/* All is preserved, and says so; the devices run on, or are reset on the way */
void vmm_prepare(struct program *p);
void vmm_check_prepared(const char *bdf, int runs);

/* It works: more rounds are complete. Takes a few seconds */
void vmm_check_works(struct program *p);

/* Told to end without an update, which it does */
void vmm_stop(struct program *p);

/*
 * What a service manager does: pass it a session (first of all files), find the
 * one of the previous kernel, see it leave. In the end it takes the device back
 * from the session it was passed, and works.
 */
void vmm_pass_session(struct program *p, int session);
int vmm_find_session(void);
void vmm_leave(struct program *p);
void vmm_take_back(struct program *p, const char *bdf);

#endif
