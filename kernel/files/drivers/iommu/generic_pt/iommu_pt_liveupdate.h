/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 *
 * Part of the "Templated C code" of iommu_pt.h, for the formats that define
 * PT_LIVEUPDATE_FORMAT.
 */
#ifndef __GENERIC_PT_IOMMU_PT_LIVEUPDATE_H
#define __GENERIC_PT_IOMMU_PT_LIVEUPDATE_H

#include "pt_iter.h"
#include "pt_liveupdate.h"

#include <linux/iommu.h>
#include <linux/kho/abi/iommu.h>
#include <linux/sched.h>
#include "../iommu-pages.h"

/**
 * DOC: Handing an IO page table over to the next kernel
 *
 * Kept: the memory of all tables with their entries, at the same addresses, so
 * that the hardware can walk them at any moment of a Live Update. Not kept:
 * &struct pt_iommu. The driver of the next kernel initialises one with the same
 * configuration and has it take the tables over.
 *
 * Life cycle: preserve, then either unpreserve or kexec; in the next kernel init
 * and then restore, after which the table is one like any other. From preserve
 * on nobody may map or unmap: the walk which undoes the preservation must meet
 * the tables the first one met, and the next kernel compares their number.
 *
 * The tables of both kernels must have the same layout. Features that only choose
 * how a driver flushes or grows a table may differ: a static_assert() in
 * pt_liveupdate.h makes whoever adds a feature decide which of the two it is.
 *
 * Cost: one look at each entry of the tables which can have lower tables. The
 * lowest tables are not read, by far the most when small pages are mapped.
 *
 * Unhappy paths: preserve undoes itself. Restore reads entries the previous
 * kernel wrote, so it follows one only after KHO confirmed that this is memory
 * preserved for that, and once only, which ends loops and makes shared tables
 * fail; and never further than the number of pages that were announced. When
 * restore fails the table stays empty as it was, and what was taken over until
 * then is left allocated as the hardware may be reading it.
 *
 * Locks: none are taken here besides those of KHO, which sleep. The caller
 * keeps others away from the table.
 */

struct pt_liveupdate_walk {
	int (*fn)(struct pt_liveupdate_walk *walk, phys_addr_t phys,
		  size_t size);
	struct pt_common *common;
	/* Pages of the tables fn succeeded for */
	u64 nr_pages;
	u64 max_pages;
};

static int liveupdate_visit(struct pt_liveupdate_walk *walk, phys_addr_t phys,
			    unsigned int lg2sz)
{
	size_t size = log2_to_int_t(size_t, lg2sz);
	u64 nr_pages = 1ULL << get_order(size);
	int ret;

	if (nr_pages > walk->max_pages - walk->nr_pages)
		return -E2BIG;
	ret = walk->fn(walk, phys, size);
	if (ret)
		return ret;
	walk->nr_pages += nr_pages;
	return 0;
}

/*
 * Visit the lower tables first to last, each before what is below it. This does
 * not use for_each_pt_level_entry() as the size of a contiguous entry is not to
 * be relied upon, while each of its items tells by itself that it is no table.
 */
static int __liveupdate_walk(struct pt_range *range, void *arg,
			     unsigned int level, struct pt_table_p *table)
{
	struct pt_state pts = pt_init(range, level, table);
	struct pt_liveupdate_walk *walk = arg;
	int ret;

	if (!pt_can_have_table(&pts))
		return 0;

	cond_resched();
	for (_pt_iter_first(&pts); pts.index < pts.end_index; pts.index++) {
		struct pt_state lower_pts = pt_init(range, level - 1, NULL);

		pts.type = pt_load_entry_raw(&pts);
		if (pts.type != PT_ENTRY_TABLE)
			continue;

#ifdef pt_table_level
		if (pt_table_level(&pts) != level)
			return -EINVAL;
#endif
		ret = liveupdate_visit(walk, pt_table_pa(&pts),
				       pt_num_items_lg2(&lower_pts) +
					       ilog2(PT_ITEM_WORD_SIZE));
		if (ret)
			return ret;

		pts.table_lower = pt_table_ptr(&pts);
		pt_index_to_va(&pts);
		ret = pt_descend(&pts, arg, __liveupdate_walk);
		if (ret)
			return ret;
	}
	return 0;
}

static int liveupdate_walk(struct pt_liveupdate_walk *walk,
			   phys_addr_t top_phys, uintptr_t top_of_table)
{
	struct pt_range range = _pt_all_range(walk->common, top_of_table);
	int ret;

	ret = liveupdate_visit(walk, top_phys,
			       pt_top_memsize_lg2(walk->common, top_of_table));
	if (ret)
		return ret;
	return pt_walk_range(&range, __liveupdate_walk, walk);
}

static int liveupdate_preserve_fn(struct pt_liveupdate_walk *walk,
				  phys_addr_t phys, size_t size)
{
	return iommu_preserve_pages(phys_to_virt(phys));
}

static int liveupdate_unpreserve_fn(struct pt_liveupdate_walk *walk,
				    phys_addr_t phys, size_t size)
{
	iommu_unpreserve_pages(phys_to_virt(phys));
	return 0;
}

static int liveupdate_restore_fn(struct pt_liveupdate_walk *walk,
				 phys_addr_t phys, size_t size)
{
	void *table = iommu_restore_pages(phys, size);

	if (!table) {
		pr_err("iommu: restoring page table: table of %zu bytes at %pa was not preserved\n",
		       size, &phys);
		return -EINVAL;
	}
	if (pt_feature(walk->common, PT_FEAT_DMA_INCOHERENT))
		return iommu_pages_start_incoherent(
			table, iommu_from_common(walk->common)->iommu_device);
	return 0;
}

/* Undo the preservation of the first max_pages */
static void liveupdate_unpreserve(struct pt_common *common, u64 max_pages)
{
	struct pt_range range = pt_top_range(common);
	struct pt_liveupdate_walk walk = {
		.fn = liveupdate_unpreserve_fn,
		.common = common,
		.max_pages = max_pages,
	};

	liveupdate_walk(&walk, virt_to_phys(range.top_table),
			_pt_top_set(range.top_table, range.top_level));
}

static int NS(preserve)(struct pt_iommu *iommu_table, struct iommu_pt_ser *ser)
{
	struct pt_common *common = common_from_iommu(iommu_table);
	struct pt_range range = pt_top_range(common);
	struct pt_liveupdate_walk walk = {
		.fn = liveupdate_preserve_fn,
		.common = common,
		.max_pages = U64_MAX,
	};
	int ret;

	ret = liveupdate_walk(&walk, virt_to_phys(range.top_table),
			      _pt_top_set(range.top_table, range.top_level));
	if (ret) {
		liveupdate_unpreserve(common, walk.nr_pages);
		return ret;
	}

	*ser = (struct iommu_pt_ser) {
		.top_phys = virt_to_phys(range.top_table),
		.format = PT_LIVEUPDATE_FORMAT,
		.top_level = range.top_level,
		.max_vasz_lg2 = common->max_vasz_lg2,
		.features = liveupdate_features(common),
		.nr_pages = walk.nr_pages,
	};
	return 0;
}

static void NS(unpreserve)(struct pt_iommu *iommu_table)
{
	liveupdate_unpreserve(common_from_iommu(iommu_table), U64_MAX);
}

static bool liveupdate_is_empty(struct pt_common *common)
{
	struct pt_range range = pt_all_range(common);
	struct pt_state pts = pt_init_top(&range);

	for (_pt_iter_first(&pts); pts.index < pts.end_index; pts.index++)
		if (pt_load_entry_raw(&pts) != PT_ENTRY_EMPTY)
			return false;
	return true;
}

/* What is wrong with ser for this table, or NULL */
static const char *liveupdate_check(struct pt_common *common,
				    const struct iommu_pt_ser *ser)
{
	struct pt_range range = pt_top_range(common);
	struct pt_state pts = pt_init_top(&range);

	if (!liveupdate_is_empty(common))
		return "the table that should take it over is in use";
	if (ser->format != PT_LIVEUPDATE_FORMAT)
		return "its format is another";
	if (ser->features != liveupdate_features(common))
		return "its layout is another";
	if (ser->max_vasz_lg2 != common->max_vasz_lg2)
		return "its addresses are of another size";

	if (!pt_feature(common, PT_FEAT_DYNAMIC_TOP)) {
		if (ser->top_level != range.top_level)
			return "it begins at another level";
	} else {
		if (ser->top_level > PT_MAX_TOP_LEVEL)
			return "it has too many levels";
		pts.level = ser->top_level;
		if (pt_table_item_lg2sz(&pts) >= common->max_vasz_lg2)
			return "it has too many levels";
	}

	if (!ser->top_phys || (ser->top_phys & ~(u64)PT_TOP_PHYS_MASK) ||
	    !PAGE_ALIGNED(ser->top_phys))
		return "it is at no possible address";
	if (!ser->nr_pages)
		return "it has no pages";
	return NULL;
}

static int NS(restore)(struct pt_iommu *iommu_table,
		       const struct iommu_pt_ser *ser)
{
	struct pt_common *common = common_from_iommu(iommu_table);
	struct pt_range old_range = pt_top_range(common);
	struct pt_liveupdate_walk walk = {
		.fn = liveupdate_restore_fn,
		.common = common,
		.max_pages = ser->nr_pages,
	};
	const char *why;
	uintptr_t top;

	why = liveupdate_check(common, ser);
	if (why)
		goto err;

	top = _pt_top_set(phys_to_virt(ser->top_phys), ser->top_level);
	if (liveupdate_walk(&walk, ser->top_phys, top) ||
	    walk.nr_pages != ser->nr_pages) {
		why = "its tables were not found as announced";
		goto err;
	}

	WRITE_ONCE(common->top_of_table, top);
	iommu_pages_free_incoherent(old_range.top_table,
				    iommu_table->iommu_device);
	return 0;

err:
	pr_err("iommu: restoring page table at 0x%llx (format %u, level %u, %u bits, features 0x%x, %llu pages of which %llu found): %s\n",
	       ser->top_phys, ser->format, ser->top_level, ser->max_vasz_lg2,
	       ser->features, ser->nr_pages, walk.nr_pages, why);
	return -EINVAL;
}

#endif
