/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual functions of an igb whose physical function nobody has open */
#ifndef TESTBED_GUEST_VF_H
#define TESTBED_GUEST_VF_H

#include "receive.h"

#define VF_RATE		1000
#define VF_RING		32760
#define VF_COUNT	2
#define VF_SESSION	"holdfast-vf"

/*
 * The igb gets @driver, VF_COUNT virtual functions, and is set up through sysfs.
 * Return: its registers.
 */
volatile char *vf_start_pf(const char *pf, const char *driver);

/* Virtual function @n receives; nothing is sent yet, nothing preserved */
void vf_start(struct running *r, volatile char *pf_bar, unsigned int n);

/* In the next kernel: the physical function is there before its virtual ones */
void vf_bind_pf(const char *driver);

#endif
