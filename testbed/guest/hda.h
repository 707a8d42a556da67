/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture with an Intel HDA controller: a source of DMA that never ends, fed
 * by nothing but the clock. Two buffers are filled in turn, over and over, and
 * the position goes to memory, too. No interrupt is asked for.
 *
 * Without a microphone silence is recorded: a buffer that held something else
 * becomes all zero, which takes less than 100 ms.
 */
#ifndef TESTBED_GUEST_HDA_H
#define TESTBED_GUEST_HDA_H

#include "running.h"

#define HDA_MEMORY	(64 << 10)

void hda_start(struct running *r);
void hda_stop(struct running *r);

uint32_t hda_position(struct running *r);
void hda_watch(struct running *r);

/*
 * It is at work: the position moves, both buffers are written from end to end,
 * nothing around them is. Takes about a second.
 */
void hda_check(struct running *r);

#endif
