/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dev-hda.h as a source of DMA: all bytes of the memory are looked at.
 */
#ifndef TESTBED_GUEST_HDA_H
#define TESTBED_GUEST_HDA_H

#include "dev-hda.h"
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
