/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest asks the host's companions to do, see host/companion.h */
#ifndef TESTBED_GUEST_WATCH_H
#define TESTBED_GUEST_WATCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Name @count entries of @stride bytes from @mem on (start of a page) to be
 * watched: the bits of @mask in the word at @offset of each.
 */
void watch_add(const char *name, void *mem, unsigned int count,
	       unsigned int stride, unsigned int offset, uint32_t mask);
void watch_start(void);

/* Where in the memory of the machine the byte is, if it stays there */
uint64_t watch_physical(void *mem);

/*
 * Packets with sequence numbers to the NIC, @rate a second. No more than
 * @places of them come: fewer a second once half of these are used, until there
 * are more.
 */
void traffic_start(unsigned int rate, unsigned int places);
/* Places for the packets from now on, in all */
void traffic_more(unsigned int places);
/* One sequence number is left out: a packet that got lost */
void traffic_skip(void);
void traffic_stop(void);

/* Have the bytes counted that are kept for the next kernel right now */
void kho_count(const char *name);

#endif
