/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fault injection and leak detection of the debug kernel */
#ifndef TESTBED_GUEST_FAULT_H
#define TESTBED_GUEST_FAULT_H

/* Does this kernel have fault injection? */
int fault_available(void);

/* Let sleeping allocations fail too, and keep the log quiet */
void fault_setup(void);

/* The @n-th site (from 1) this thread passes from now on fails */
void fault_arm(int n);

/* Return: 1 if the armed site was reached. Nothing is armed any more */
int fault_disarm(void);

/*
 * From now on everything this thread allocates fails: slab objects once @slab
 * bytes of them were had, pages after @pages. ALL_WELL leaves one kind alone.
 */
#define ALL_WELL	(-1)

void fault_arm_all(int slab, int pages);

/* Return: how many allocations failed. Nothing is armed any more */
int fault_disarm_all(void);

/* Forget what is lost already; fail the stage if anything is lost since */
void leak_mark(void);
void leak_check(void);

/*
 * At the end of the last stage, if the scenario asks for it: the same for all that
 * is older than five seconds, which does not have to be waited for then.
 */
void leak_check_old(void);

#endif
