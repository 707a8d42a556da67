/* SPDX-License-Identifier: MIT */
/*
 * A receiver on a virtual function of an igb: the ring of dev-e1000e.h. Frames
 * come only once the driver of the physical function lets them, see
 * testbed/guest/igb.c for one.
 */
#ifndef TINY_VMM_DEV_IGBVF_H
#define TINY_VMM_DEV_IGBVF_H

#include "dev-e1000e.h"

#define IGBVF_MAX	32760	/* what the ring's length register takes */

/* Return: 0, or -ETIMEDOUT if the queue does not start */
int igbvf_start(const struct e1000e *e);
void igbvf_stop(const struct e1000e *e);

#endif
