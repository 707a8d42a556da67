// SPDX-License-Identifier: GPL-2.0-only
/*
 * Room in the scratch areas for the next kernel.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: Room for the next kernel
 *
 * kexec places the next kernel and its initrd in the scratch areas. Until the next
 * kernel knows which memory is preserved, it allocates from there as well. Then it
 * adds whole blocks of KHO_SCRATCH_EXT_BLKSIZE that hold no preserved memory. A host
 * full of virtual machines has no such block, and memmap, per-CPU areas and hash
 * tables have to fit into the scratch areas, too. If they do not, the kernel dies
 * before its console works.
 *
 * This kernel cannot know how much the next one allocates. It assumes as much as it
 * allocated itself, without its image, its initrd and the memory it set aside (crash
 * kernel, CMA, huge pages). The default size of the scratch areas is twice that, so
 * only ``kho_scratch=`` or a far larger initrd makes them too small.
 *
 * An image that does not fit is not loaded (-EADDRNOTAVAIL). As memory may be
 * preserved after that, live update looks again before it freezes anything
 * (-ENOEXEC). Either way the log has the size that is needed. The sizes are those of
 * the kernel that booted cold, and cannot be changed without another cold boot.
 */

#define pr_fmt(fmt) "KHO: " fmt

#include <linux/bitmap.h>
#include <linux/cma.h>
#include <linux/crash_reserve.h>
#include <linux/initrd.h>
#include <linux/ioport.h>
#include <linux/kexec.h>
#include <linux/kho_radix_tree.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <asm/sections.h>

#include "../kexec_internal.h"
#include "kexec_handover_internal.h"

/* Bytes this kernel allocated before it read the preserved memory, and in all */
static phys_addr_t kho_room_early __ro_after_init;
static phys_addr_t kho_room_boot __ro_after_init;

static phys_addr_t __init kho_room_measure(void)
{
	phys_addr_t size, other;

	size = memblock_reserved_kern_size(MEMBLOCK_ALLOC_ANYWHERE,
					   NUMA_NO_NODE);
	other = memblock_reserved_hugetlb_size(MEMBLOCK_ALLOC_ANYWHERE,
					       NUMA_NO_NODE);
	other += _end - _text;
	if (IS_ENABLED(CONFIG_BLK_DEV_INITRD))
		other += initrd_end - initrd_start;
	if (IS_ENABLED(CONFIG_CMA))
		other += (phys_addr_t)totalcma_pages << PAGE_SHIFT;
#ifdef CONFIG_CRASH_RESERVE
	if (crashk_res.end)
		other += resource_size(&crashk_res);
	if (crashk_low_res.end)
		other += resource_size(&crashk_low_res);
#endif

	return size > other ? size - other : 0;
}

/**
 * kho_room_measure_early - Record the memory used before the scratch areas grow.
 *
 * Context: Boot, before the scratch areas are extended.
 */
void __init kho_room_measure_early(void)
{
	kho_room_early = kho_room_measure();
}

/**
 * kho_room_measure_boot - Record the memory used before the page allocator works.
 *
 * Context: Boot, before scratch areas are reserved.
 */
void __init kho_room_measure_boot(void)
{
	kho_room_boot = kho_room_measure();
}

/*
 * Blocks with preserved memory. A reboot that lacks memory must not fail for want of
 * this map, so it is allocated once. Blocks that are plugged in later do not count as
 * room. The lock of kexec guards its contents.
 */
static unsigned long *kho_room_busy __ro_after_init;
static unsigned long kho_room_nr __ro_after_init;

static int __init kho_room_init(void)
{
	unsigned long nr = DIV_ROUND_UP(max_pfn,
					PHYS_PFN(KHO_SCRATCH_EXT_BLKSIZE));

	if (!kho_is_enabled())
		return 0;

	kho_room_busy = bitmap_zalloc(nr, GFP_KERNEL);
	if (!kho_room_busy)
		return -ENOMEM;
	kho_room_nr = nr;

	return 0;
}
late_initcall(kho_room_init);

static int kho_room_mark(phys_addr_t start, phys_addr_t size)
{
	unsigned long first = start / KHO_SCRATCH_EXT_BLKSIZE;
	unsigned long last = (start + size - 1) / KHO_SCRATCH_EXT_BLKSIZE;

	if (first < kho_room_nr)
		bitmap_set(kho_room_busy, first,
			   min(last + 1, kho_room_nr) - first);

	return 0;
}

static int kho_room_leaf(unsigned long key, void *data)
{
	unsigned int order;
	phys_addr_t start = kho_decode_radix_key(key, &order);

	return kho_room_mark(start, PAGE_SIZE << order);
}

/* The tree itself has to stay intact until it is read */
static int kho_room_node(phys_addr_t phys, void *data)
{
	return kho_room_mark(phys, PAGE_SIZE);
}

static int kho_room_add(unsigned long pfn, unsigned long nr, void *size)
{
	*(phys_addr_t *)size += (phys_addr_t)nr << PAGE_SHIFT;

	return 0;
}

/* Memory that the next kernel adds to the scratch areas while it boots */
static phys_addr_t kho_room_extension(void)
{
	const struct kho_radix_walk_cb cb = {
		.leaf = kho_room_leaf,
		.node = kho_room_node,
	};
	const unsigned long pages = PHYS_PFN(KHO_SCRATCH_EXT_BLKSIZE);
	phys_addr_t size = 0;
	unsigned long i;

	bitmap_zero(kho_room_busy, kho_room_nr);
	if (kho_walk_preserved(&cb, NULL))
		return 0;

	for_each_clear_bit(i, kho_room_busy, kho_room_nr)
		walk_system_ram_range(i * pages, pages, &size, kho_room_add);

	return size;
}

static phys_addr_t kho_room_total(void)
{
	phys_addr_t total = 0;
	unsigned int i;

	for (i = 0; i < kho_scratch_cnt; i++)
		total += kho_scratch[i].size;

	return total;
}

static phys_addr_t kho_room_used(const struct kimage *image)
{
	phys_addr_t used = 0;
	unsigned long i;

	for (i = 0; i < image->nr_segments; i++)
		if (kho_scratch_overlap(image->segment[i].mem,
					image->segment[i].memsz))
			used += image->segment[i].memsz;

	return used;
}

static void kho_room_complain(phys_addr_t need)
{
	pr_err("The scratch areas of %llu MiB are too small for the next kernel, which needs %llu MiB: boot this host anew with a larger kho_scratch= (kho_bootmem=), or without it\n",
	       (u64)kho_room_total() >> 20, (u64)ALIGN(need, SZ_1M) >> 20);
}

/**
 * kho_room_check - Check that a loaded kernel has room to boot.
 * @image: Image with all its segments in place, borrowed.
 *
 * Context: May sleep. The caller holds the lock of kexec.
 * Return: 0 if there is, or if @image does not use Kexec Handover, or
 *         -EADDRNOTAVAIL if there is not, which is logged.
 */
int kho_room_check(const struct kimage *image)
{
	phys_addr_t used, total = kho_room_total();

	if (!image->kho.fdt)
		return 0;

	used = kho_room_used(image);
	if (total >= used + kho_room_boot)
		return 0;
	if (total >= used + kho_room_early &&
	    total + kho_room_extension() >= used + kho_room_boot)
		return 0;

	kho_room_complain(used + kho_room_boot);

	return -EADDRNOTAVAIL;
}

/**
 * kho_room_none - Report that a segment does not fit into the scratch areas.
 * @image: Image with the segments that had room, borrowed.
 * @size:  Size of the segment that had none.
 *
 * Context: Any.
 */
void kho_room_none(const struct kimage *image, unsigned long size)
{
	kho_room_complain(kho_room_used(image) + size + kho_room_boot);
}
