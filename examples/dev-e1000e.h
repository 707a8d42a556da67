/* SPDX-License-Identifier: MIT */
/*
 * A receiver on an e1000e: one ring that is filled once, from the first
 * descriptor on, each with a buffer of its own. Frame N has to come to place N,
 * which shows a frame that is lost, doubled or elsewhere. Nothing of it depends
 * on who owns the device. A virtual function of an igb fills the same ring with
 * descriptors of another layout, see dev-igbvf.h.
 */
#ifndef TINY_VMM_DEV_E1000E_H
#define TINY_VMM_DEV_E1000E_H

#include <stddef.h>
#include <stdint.h>

#define E1000E_MAX	65528	/* what the ring's length register takes */
#define E1000E_BUFFER	256
#define E1000E_RING	4096	/* in memory; nothing before it is touched */

struct e1000e_desc {
	uint64_t address;
	volatile uint16_t length;
	uint16_t checksum;
	volatile uint8_t status;
	volatile uint8_t errors;
	uint16_t special;
};

#define E1000E_DONE	1	/* of the status */

/* As an igb returns it; it takes the same one */
struct igb_desc {
	uint64_t rss;
	volatile uint32_t status;
	volatile uint16_t length;
	uint16_t vlan;
};

/*
 * Where the buffers of @n descriptors begin, and all memory it takes: a page that
 * nobody may write to is before and behind each part.
 */
#define E1000E_PAGES(size)	(((size) + 4095u) & ~4095u)
#define E1000E_BUFFERS(n) \
	(E1000E_RING + E1000E_PAGES(16u * (n)) + 4096u)
#define E1000E_MEMORY(n) \
	(E1000E_BUFFERS(n) + E1000E_PAGES(E1000E_BUFFER * (n)) + 4096u)

/**
 * struct e1000e - A receiver.
 * @bar: Registers.
 * @mem: Memory, E1000E_MEMORY() bytes of it.
 * @iova: Where it is for the device.
 * @n: Descriptors, a multiple of 8.
 * @igb: They are those of an igb.
 * @untouched: Is [from, to) of the memory as it was before the device got it?
 * @data: Passed to @untouched.
 */
struct e1000e {
	volatile char *bar;
	char *mem;
	uint64_t iova;
	unsigned int n;
	int igb;
	int (*untouched)(void *data, size_t from, size_t to);
	void *data;
};

/**
 * struct e1000e_account - What is in the ring.
 * @n: Descriptors that are done.
 * @lost: Sequence numbers below the highest that did not come.
 * @doubled: That came more than once.
 * @misplaced: At another place than that of their number.
 * @damaged: Frames with a wrong byte, wrong length, or bytes behind the end.
 */
struct e1000e_account {
	unsigned int n;
	unsigned int lost;
	unsigned int doubled;
	unsigned int misplaced;
	unsigned int damaged;
};

struct e1000e_desc *e1000e_ring(const struct e1000e *e);

/* Give each descriptor its buffer */
void e1000e_fill(const struct e1000e *e);

/* Return: 0, or -ETIMEDOUT if there is no link */
int e1000e_start(const struct e1000e *e);
void e1000e_stop(const struct e1000e *e);

/* Descriptors that are done, @from of which are known to be */
unsigned int e1000e_count(const struct e1000e *e, unsigned int from);

/* Sequence number of the frame at place @i; -1: it is not as it was sent */
long long e1000e_sequence(const struct e1000e *e, unsigned int i);

/* Look at all of it. Return: 0 or -ENOMEM */
int e1000e_account(const struct e1000e *e, struct e1000e_account *ret);

#endif
