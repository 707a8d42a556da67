/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver for the physical function of an igb, as far as its virtual functions
 * need one. It works on registers that the caller has mapped.
 */
#ifndef TESTBED_GUEST_IGB_H
#define TESTBED_GUEST_IGB_H

#include <stddef.h>

/*
 * By the registers of a virtual function: it asks the driver of its physical one to be
 * reset, gets an answer, and may receive from then on.
 */
void igb_vf_ask(volatile char *vf_bar);

/* The link is up, and frames are distributed among virtual functions */
void igb_start(volatile char *bar);

/* Virtual function @vf gets the broadcasts; a reset of it undoes that */
void igb_feed(volatile char *bar, unsigned int vf);

/* By the registers of a virtual function: its first interrupt is raised */
void igb_vf_interrupt(volatile char *vf_bar);

#endif
