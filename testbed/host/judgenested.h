/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges of guests inside the machine, see nested.h */
#ifndef TESTBED_HOST_JUDGENESTED_H
#define TESTBED_HOST_JUDGENESTED_H

#include "evidence.h"

/*
 * In all kernels together one guest speaks, and says a line a second by its own
 * clocks, of which none jumps. How long it paused is a remark.
 */
void judge_nested(struct evidence *ev);

/*
 * In addition: its devices ran over each kexec, as judge_running() says, where
 * QEMU set up their interrupts anew between MARK_RETRIEVE and MARK_FINISHED.
 */
void judge_nested_running(struct evidence *ev);

#endif
