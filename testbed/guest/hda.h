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

/*
 * The same, and after each piece of a buffer four interrupt requests in remappable
 * format, for entries of the remapping table that no kernel here uses: within its
 * first page and far beyond. In compatibility format QEMU would let them pass, which
 * hardware does not.
 */
#define HDA_IRQ_LOW	0xfee01810u
#define HDA_IRQ_HIGH	0xfee80010u
#define HDA_IRQ_STEP	0x20u		/* from one entry to the next */
#define HDA_IRQ_LENGTH	0x10u
#define HDA_PIECES	64u

void hda_start_irqs(struct running *r);
void hda_stop(struct running *r);

uint32_t hda_position(struct running *r);
void hda_watch(struct running *r);

/*
 * It is at work: the position moves, both buffers are written from end to end,
 * nothing around them is. Takes about a second.
 */
void hda_check(struct running *r);

#endif
