// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a kernel keeps for the next one, read from its memory: a tree of tables
 * with bitmaps as leaves. Position and order of a block are coded in the place
 * of its bit: a block of order N has bit 52 - N set, and below it its number.
 */
#include <endian.h>
#include <string.h>
#include <unistd.h>

#include "companion.h"

#define PAGE		4096
#define LEAF_BITS	15	/* log2 of the bits in a page */
#define TABLE_BITS	9	/* log2 of the entries in a table */
#define TOP_LEVEL	5
#define ORDER_0_BIT	52

static int read_page(const struct companions *c, uint64_t phys, void *page)
{
	long long at = ram_offset(c, phys);

	if (at < 0 || phys % PAGE)
		return -1;
	return pread(c->ram, page, PAGE, at) == PAGE ? 0 : -1;
}

static long long block_size(uint64_t key)
{
	int order = ORDER_0_BIT - (63 - __builtin_clzll(key));

	return order < 0 ? 0 : (long long)PAGE << order;
}

static long long count_leaf(const uint64_t *bits, uint64_t prefix)
{
	long long bytes = 0;

	for (unsigned int i = 0; i < 1 << LEAF_BITS; i++)
		if (bits[i / 64] >> (i % 64) & 1)
			bytes += block_size(prefix << LEAF_BITS | i);
	return bytes;
}

static long long count(const struct companions *c, uint64_t phys, int level,
		       uint64_t prefix)
{
	uint64_t page[PAGE / sizeof(uint64_t)];
	long long bytes = 0;

	if (read_page(c, phys, page))
		return -1;
	if (!level)
		return count_leaf(page, prefix);
	for (unsigned int i = 0; i < 1 << TABLE_BITS; i++) {
		long long more;

		if (!page[i])
			continue;
		more = count(c, page[i], level - 1, prefix << TABLE_BITS | i);
		if (more < 0)
			return -1;
		bytes += more;
	}
	return bytes;
}

/* First word of a flattened device tree, and of a property in it */
#define FDT_MAGIC	0xd00dfeed
#define FDT_PROPERTY	3
#define FORMAT		"kho-v"

/*
 * The tree's root has its format first, then the place of the map. Return: 0
 * if the page is something else.
 */
static uint64_t map_of(const uint32_t *fdt)
{
	unsigned int at = be32toh(fdt[2]) / 4;
	uint64_t root;

	/* The root's begin, without a name; the format is eight bytes long */
	if (be32toh(fdt[0]) != FDT_MAGIC || at > PAGE / 4 - 16 ||
	    be32toh(fdt[at + 2]) != FDT_PROPERTY ||
	    memcmp(&fdt[at + 5], FORMAT, strlen(FORMAT)) ||
	    be32toh(fdt[at + 7]) != FDT_PROPERTY ||
	    be32toh(fdt[at + 8]) != sizeof(root))
		return 0;
	memcpy(&root, &fdt[at + 10], sizeof(root));
	return root;
}

static int is_known(const struct companions *c, uint64_t root, int kernel)
{
	for (int i = 1; i < kernel; i++)
		if (c->kho_roots[i] == root)
			return 1;
	return 0;
}

/*
 * A kernel does not say where its map is if it was handed one itself, so the
 * whole memory is searched: what earlier kernels had there may still be
 * around, but is known.
 */
static uint64_t find_root(const struct companions *c, int kernel)
{
	off_t at, end = 0;
	uint64_t found = 0;
	int n = 0;

	/* What the guest never touched is not there: leave it so */
	while ((at = lseek(c->ram, end, SEEK_DATA)) >= 0) {
		end = lseek(c->ram, at, SEEK_HOLE);
		for (; at < end; at += PAGE) {
			uint32_t page[PAGE / 4];
			uint64_t root;

			if (pread(c->ram, page, PAGE, at) != PAGE)
				return 0;
			root = map_of(page);
			/* A copy of the page that says it is no second map */
			if (!root || root == found || is_known(c, root, kernel))
				continue;
			found = root;
			n++;
		}
	}
	return n == 1 ? found : 0;
}

long long kho_bytes(struct companions *c, int kernel)
{
	if (c->ram < 0 || kernel < 1 || kernel >= MAX_KERNELS)
		return -1;
	c->kho_roots[kernel] = find_root(c, kernel);
	return c->kho_roots[kernel] ?
		count(c, c->kho_roots[kernel], TOP_LEVEL, 0) : -1;
}
