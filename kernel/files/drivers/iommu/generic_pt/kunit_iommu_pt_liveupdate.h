/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 *
 * Part of kunit_iommu_pt.h, for the formats that define PT_LIVEUPDATE_FORMAT.
 *
 * KHO gives pages back in the next kernel only. To test restoring in this one,
 * a set of the preserved allocations stands in for it: restoring takes an
 * allocation out of the set, and the table that is restored takes the tables of
 * the preserved one over, which is then forgotten as a kexec would do.
 */
#ifndef __GENERIC_PT_KUNIT_IOMMU_PT_LIVEUPDATE_H
#define __GENERIC_PT_KUNIT_IOMMU_PT_LIVEUPDATE_H

#include "pt_liveupdate.h"

#include <kunit/static_stub.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/iommu.h>
#include <linux/xarray.h>

struct lu_tables {
	void *table[64];
	unsigned int nr;
};

struct kunit_liveupdate {
	/* Size of each preserved allocation by PFN */
	struct xarray pages;
	/* Number of allocations that can still be preserved */
	unsigned int budget;
	/* Where something is mapped, and to what */
	pt_vaddr_t va[PT_VADDR_MAX_LG2 + 3];
	pt_oaddr_t oa[PT_VADDR_MAX_LG2 + 3];
	pt_vaddr_t len[PT_VADDR_MAX_LG2 + 3];
	unsigned int nr;
	/* As found when all of that was mapped */
	struct lu_tables *tables;
};

static struct kunit_liveupdate *lu_get(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;

	return priv->liveupdate;
}

static int lu_preserve_stub(void *virt)
{
	struct kunit *test = kunit_get_current_test();
	struct kunit_liveupdate *lu = lu_get(test);
	struct folio *folio = virt_to_folio(virt);
	int ret;

	if (!lu->budget)
		return -ENOMEM;
	lu->budget--;
	/* Fails if it is there already */
	ret = xa_insert(&lu->pages, folio_pfn(folio),
			xa_mk_value(folio_size(folio)), GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ret, 0);
	return ret;
}

static void lu_unpreserve_stub(void *virt)
{
	struct kunit *test = kunit_get_current_test();
	struct kunit_liveupdate *lu = lu_get(test);

	KUNIT_EXPECT_NOT_NULL(
		test, xa_erase(&lu->pages, folio_pfn(virt_to_folio(virt))));
}

static void *lu_restore_stub(phys_addr_t phys, size_t size)
{
	struct kunit *test = kunit_get_current_test();
	struct kunit_liveupdate *lu = lu_get(test);
	void *entry;

	/* All that preserved memory looks like to the caller */
	if (!IS_ALIGNED(phys, PAGE_SIZE))
		return NULL;
	entry = xa_erase(&lu->pages, PHYS_PFN(phys));
	if (!entry || xa_to_value(entry) != PAGE_SIZE << get_order(size))
		return NULL;
	virt_to_ioptdesc(phys_to_virt(phys))->incoherent = 0;
	return phys_to_virt(phys);
}

static void lu_map(struct kunit *test, pt_vaddr_t va, pt_vaddr_t len)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct kunit_liveupdate *lu = lu_get(test);
	pt_oaddr_t oa = log2_set_mod(priv->test_oa, 0, vafls(len) - 1);

	KUNIT_ASSERT_LT(test, lu->nr, ARRAY_SIZE(lu->va));
	do_map(test, va, oa, len);
	lu->va[lu->nr] = va;
	lu->oa[lu->nr] = oa;
	lu->len[lu->nr] = len;
	lu->nr++;
}

/* Map every page size, and something far away in each half of the table */
static void lu_fill(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct pt_range upper_range = pt_upper_range(priv->common);
	struct pt_range range = pt_top_range(priv->common);
	pt_vaddr_t va = range.va + priv->smallest_pgsz * 256;
	unsigned int lg2;

	for (lg2 = 0; lg2 != PT_VADDR_MAX_LG2; lg2++) {
		pt_vaddr_t len = log2_to_int(lg2);

		if (!(priv->safe_pgsize_bitmap & len))
			continue;
		va = ALIGN(va, len);
		lu_map(test, va, len);
		va += len;
	}

	/* Near the end, which makes a dynamic top grow as far as it can */
	va = range.last_va;
	if (pt_feature(priv->common, PT_FEAT_DYNAMIC_TOP))
		va = fvalog2_set_mod_max(0, priv->common->max_vasz_lg2);
	lu_map(test, va - 2 * priv->smallest_pgsz + 1, priv->smallest_pgsz);
	if (pt_feature(priv->common, PT_FEAT_SIGN_EXTEND))
		lu_map(test, upper_range.va, priv->smallest_pgsz);
}

static void lu_check_mapped(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct kunit_liveupdate *lu = lu_get(test);
	unsigned int i;

	for (i = 0; i != lu->nr; i++)
		KUNIT_ASSERT_EQ(test,
				iommu_iova_to_phys(&priv->domain, lu->va[i]),
				(phys_addr_t)lu->oa[i]);
}

/* Everything can be unmapped, mapped again and unmapped */
static void lu_check_usable(struct kunit *test)
{
	struct kunit_liveupdate *lu = lu_get(test);
	unsigned int i;

	lu_check_mapped(test);
	for (i = 0; i != lu->nr; i++)
		do_unmap(test, lu->va[i], lu->len[i]);
	KUNIT_ASSERT_EQ(test, count_valids(test), 0);
	for (i = 0; i != lu->nr; i++)
		do_map(test, lu->va[i], lu->oa[i], lu->len[i]);
	lu_check_mapped(test);
	for (i = 0; i != lu->nr; i++)
		do_unmap(test, lu->va[i], lu->len[i]);
	KUNIT_ASSERT_EQ(test, count_valids(test), 0);
}

static int __lu_find_tables(struct pt_range *range, void *arg,
			    unsigned int level, struct pt_table_p *table)
{
	struct pt_state pts = pt_init(range, level, table);
	struct lu_tables *tables = arg;
	int ret;

	if (tables->nr == ARRAY_SIZE(tables->table))
		return -E2BIG;
	tables->table[tables->nr++] = table;

	for_each_pt_level_entry(&pts) {
		if (pts.type != PT_ENTRY_TABLE)
			continue;
		ret = pt_descend(&pts, arg, __lu_find_tables);
		if (ret)
			return ret;
	}
	return 0;
}

static struct lu_tables *lu_find_tables(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct pt_range range = pt_all_range(priv->common);
	struct lu_tables *tables;

	tables = kunit_kzalloc(test, sizeof(*tables), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tables);
	KUNIT_ASSERT_NO_ERRNO(test, pt_walk_range(&range, __lu_find_tables,
						  tables));
	/* Lower tables on each level, otherwise the test would prove little */
	KUNIT_ASSERT_GT(test, tables->nr, range.top_level);
	return tables;
}

static void lu_destroy(void *data)
{
	struct kunit_liveupdate *lu = data;

	xa_destroy(&lu->pages);
}

static struct kunit_liveupdate *lu_init(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct kunit_liveupdate *lu;

	lu = kunit_kzalloc(test, sizeof(*lu), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, lu);
	xa_init(&lu->pages);
	lu->budget = UINT_MAX;
	priv->liveupdate = lu;
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, lu_destroy, lu),
			0);

	lu_fill(test);
	lu->tables = lu_find_tables(test);
	return lu;
}

static struct kunit_liveupdate *lu_init_stubs(struct kunit *test)
{
	kunit_activate_static_stub(test, iommu_preserve_pages,
				   lu_preserve_stub);
	kunit_activate_static_stub(test, iommu_unpreserve_pages,
				   lu_unpreserve_stub);
	kunit_activate_static_stub(test, iommu_restore_pages, lu_restore_stub);
	return lu_init(test);
}

/* The table as the next kernel initialises it */
static struct kunit_iommu_priv *lu_next_kernel(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct kunit_iommu_priv *next;

	next = kunit_kzalloc(test, sizeof(*next), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, next);
	*next = *priv;
	memset(&next->fmt_table, 0, sizeof(next->fmt_table));
	spin_lock_init(&next->top_lock);
	next->fmt_table.iommu.nid = NUMA_NO_NODE;
	next->fmt_table.iommu.driver_ops = &pt_kunit_driver_ops;
	next->fmt_table.iommu.iommu_device = next->dummy_dev;
	next->domain.ops = &kunit_pt_ops;
	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_init(&next->fmt_table, &next->cfg,
						  GFP_KERNEL));
	next->iommu = &next->fmt_table.iommu;
	next->common = common_from_iommu(next->iommu);
	return next;
}

/*
 * Restoring @ser is refused, the table stays empty and nothing of what the
 * hardware may be reading is freed.
 */
static void lu_expect_refused(struct kunit *test,
			      const struct iommu_pt_ser *ser)
{
	struct kunit_iommu_priv *next = lu_next_kernel(test);
	struct lu_tables *tables = lu_get(test)->tables;
	uintptr_t top = next->common->top_of_table;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, pt_iommu_restore(next->iommu, ser), -EINVAL);
	KUNIT_EXPECT_EQ(test, next->common->top_of_table, top);
	for (i = 0; i != tables->nr; i++)
		KUNIT_EXPECT_EQ(
			test, folio_ref_count(virt_to_folio(tables->table[i])),
			1);
	pt_iommu_deinit(next->iommu);
	kunit_kfree(test, next);
	lu_check_mapped(test);
}

static void lu_expect_restored(struct kunit *test,
			       const struct iommu_pt_ser *ser)
{
	struct kunit_iommu_priv *next = lu_next_kernel(test);
	struct kunit_iommu_priv *priv = test->priv;

	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_restore(next->iommu, ser));
	KUNIT_EXPECT_EQ(test, next->common->top_of_table,
			priv->common->top_of_table);
	KUNIT_EXPECT_TRUE(test, xa_empty(&priv->liveupdate->pages));
	/* The previous kernel is gone */
	memset(&priv->fmt_table, 0, sizeof(priv->fmt_table));
	test->priv = next;
}

/* Put the set back as it was after a restore took something out */
static void lu_preserve_again(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct iommu_pt_ser ser;

	xa_destroy(&priv->liveupdate->pages);
	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_preserve(priv->iommu, &ser));
}

/* With KHO itself: a table is preserved, let go, and works as before */
static void test_liveupdate_kho(struct kunit *test)
{
	struct kunit_liveupdate *lu = lu_init(test);
	struct kunit_iommu_priv *priv = test->priv;
	struct iommu_pt_ser ser = {};
	unsigned int i;

	if (!kho_is_enabled()) {
		KUNIT_ASSERT_EQ(test, pt_iommu_preserve(priv->iommu, &ser),
				-EOPNOTSUPP);
		lu_check_usable(test);
		kunit_skip(test, "KHO is off, boot with kho=on");
	}

	for (i = 0; i != 2; i++) {
		KUNIT_ASSERT_NO_ERRNO(test,
				      pt_iommu_preserve(priv->iommu, &ser));
		KUNIT_EXPECT_EQ(test, ser.nr_pages, lu->tables->nr);
		pt_iommu_unpreserve(priv->iommu);
	}
	lu_check_usable(test);
}

/* The numbers of the ABI do not follow those of enum pt_features */
static void test_liveupdate_features(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct pt_common common = { .features = 0 };
	unsigned int bit;
	u32 expect;

	KUNIT_EXPECT_EQ(test, liveupdate_features(&common), 0);
	for (bit = 0; bit != 32; bit++) {
		common.features = BIT(bit);
		expect = 0;
		if (bit == PT_FEAT_SIGN_EXTEND)
			expect = 0x1;
		else if (common.features == PT_LIVEUPDATE_ENCRYPTED)
			expect = 0x2;
		else if (common.features == PT_LIVEUPDATE_SNOOP)
			expect = 0x4;
		KUNIT_EXPECT_EQ(test, liveupdate_features(&common), expect);
	}
	common.features = priv->common->features ^ PT_LIVEUPDATE_NO_LAYOUT;
	KUNIT_EXPECT_EQ(test, liveupdate_features(&common),
			liveupdate_features(priv->common));
}

/* The bytes of each record, whatever compiler and configuration */
static void test_liveupdate_bytes(struct kunit *test)
{
	static const struct iommu_pt_ser pt = {
		.top_phys = 0x1122334455667788,
		.format = IOMMU_PT_SER_AMDV1,
		.top_level = 4,
		.max_vasz_lg2 = 57,
		.features = IOMMU_PT_SER_FEAT_SIGN_EXTEND |
			    IOMMU_PT_SER_FEAT_ENCRYPTED |
			    IOMMU_PT_SER_FEAT_SNOOP,
		.nr_pages = 0x99aabbccddeeff01,
	};
	static const u8 pt_bytes[] = {
		0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 3, 0, 0, 0,
		4, 0, 0, 0, 57, 0, 0, 0, 7, 0, 0, 0,
		0x01, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99,
	};
	static const struct iommu_domain_ser domain = {
		.id = 0x12345678,
		.flags = IOMMU_DOMAIN_SER_FORCE_SNOOP | IOMMU_DOMAIN_SER_DIRTY,
	};
	static const u8 domain_bytes[sizeof(domain)] = {
		0x78, 0x56, 0x34, 0x12, 3,
	};
	static const struct iommu_device_ser device = {
		.domain_id = 1,
		.segment = 2,
		.bdf = 0x0304,
		.type = IOMMU_DEVICE_SER_VTD_SCALABLE,
		.did = 5,
		.unit = 6,
		.root = 7,
		.pasid_dir = 8,
		.max_pasid = 9,
	};
	static const u8 device_bytes[sizeof(device)] = {
		1, 0, 0, 0, 2, 0, 0, 0, 4, 3, 2, 0, 5, 0, 0, 0,
		6, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0,
		8, 0, 0, 0, 0, 0, 0, 0, 9,
	};

	KUNIT_EXPECT_MEMEQ(test, &pt, pt_bytes, sizeof(pt));
	KUNIT_EXPECT_MEMEQ(test, &domain, domain_bytes, sizeof(domain));
	KUNIT_EXPECT_MEMEQ(test, &device, device_bytes, sizeof(device));
}

/* Every table is preserved once, and unpreserve leaves none */
static void test_liveupdate_preserve(struct kunit *test)
{
	struct kunit_liveupdate *lu = lu_init_stubs(test);
	struct lu_tables *tables = lu->tables;
	struct kunit_iommu_priv *priv = test->priv;
	struct iommu_pt_ser ser = {};
	unsigned int i;

	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_preserve(priv->iommu, &ser));
	KUNIT_EXPECT_EQ(test, ser.nr_pages, tables->nr);
	KUNIT_EXPECT_EQ(test, ser.format, PT_LIVEUPDATE_FORMAT);
	KUNIT_EXPECT_EQ(test, ser.top_phys, virt_to_phys(tables->table[0]));
	KUNIT_EXPECT_EQ(test, ser.top_level, pt_top_get_level(priv->common));
	for (i = 0; i != tables->nr; i++)
		KUNIT_EXPECT_NOT_NULL(
			test,
			xa_load(&lu->pages,
				PHYS_PFN(virt_to_phys(tables->table[i]))));
	lu_check_mapped(test);

	pt_iommu_unpreserve(priv->iommu);
	KUNIT_EXPECT_TRUE(test, xa_empty(&lu->pages));
	lu_check_usable(test);
}

/* Wherever preserving fails, nothing stays preserved */
static void test_liveupdate_preserve_fails(struct kunit *test)
{
	struct kunit_liveupdate *lu = lu_init_stubs(test);
	struct lu_tables *tables = lu->tables;
	struct kunit_iommu_priv *priv = test->priv;
	struct iommu_pt_ser ser = {};
	unsigned int i;

	for (i = 0; i != tables->nr; i++) {
		lu->budget = i;
		KUNIT_ASSERT_EQ(test, pt_iommu_preserve(priv->iommu, &ser),
				-ENOMEM);
		KUNIT_EXPECT_TRUE(test, xa_empty(&lu->pages));
		KUNIT_EXPECT_EQ(test, ser.format, 0);
	}

	lu->budget = i;
	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_preserve(priv->iommu, &ser));
	pt_iommu_unpreserve(priv->iommu);
	lu_check_usable(test);
}

/* The restored table has all mappings, works, and is freed as a whole */
static void test_liveupdate_restore(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct iommu_pt_ser ser;

	lu_init_stubs(test);
	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_preserve(priv->iommu, &ser));
	lu_expect_restored(test, &ser);
	lu_check_usable(test);
}

/* A table without any mapping is just its top */
static void test_liveupdate_restore_empty(struct kunit *test)
{
	struct kunit_liveupdate *lu = lu_init_stubs(test);
	struct kunit_iommu_priv *priv = test->priv;
	struct iommu_pt_ser ser;
	unsigned int i;

	for (i = 0; i != lu->nr; i++)
		do_unmap(test, lu->va[i], lu->len[i]);
	pt_iommu_deinit(priv->iommu);
	priv->fmt_table.iommu.ops = NULL;
	lu->nr = 0;
	test->priv = lu_next_kernel(test);
	priv = test->priv;

	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_preserve(priv->iommu, &ser));
	KUNIT_EXPECT_EQ(test, ser.nr_pages, 1);
	lu_expect_restored(test, &ser);
	lu_fill(test);
	lu_check_mapped(test);
}

/* A table somebody has mapped to takes nothing over */
static void test_liveupdate_restore_in_use(struct kunit *test)
{
	struct kunit_liveupdate *lu = lu_init_stubs(test);
	struct kunit_iommu_priv *priv = test->priv;
	struct iommu_pt_ser ser;

	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_preserve(priv->iommu, &ser));
	KUNIT_EXPECT_EQ(test, pt_iommu_restore(priv->iommu, &ser), -EINVAL);
	KUNIT_EXPECT_FALSE(test, xa_empty(&lu->pages));
	pt_iommu_unpreserve(priv->iommu);
	lu_check_usable(test);
}

/* Damage to any field of the description is refused */
static void test_liveupdate_restore_ser(struct kunit *test)
{
	struct kunit_iommu_priv *priv = test->priv;
	struct iommu_pt_ser good;
	struct iommu_pt_ser ser;
	unsigned int bit;

	lu_init_stubs(test);
	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_preserve(priv->iommu, &good));

#define LU_REFUSE(field, value)                     \
	do {                                        \
		ser = good;                         \
		ser.field = value;                  \
		lu_expect_refused(test, &ser);      \
		lu_preserve_again(test);            \
	} while (0)

	for (bit = 0; bit != 32; bit++) {
		LU_REFUSE(format, good.format ^ BIT(bit));
		LU_REFUSE(top_level, good.top_level ^ BIT(bit));
		LU_REFUSE(max_vasz_lg2, good.max_vasz_lg2 ^ BIT(bit));
		LU_REFUSE(features, good.features ^ BIT(bit));
	}
	for (bit = 0; bit != 64; bit++) {
		LU_REFUSE(top_phys, good.top_phys ^ BIT_ULL(bit));
		LU_REFUSE(nr_pages, good.nr_pages ^ BIT_ULL(bit));
	}
	LU_REFUSE(format, 0);
	LU_REFUSE(top_phys, 0);
	LU_REFUSE(nr_pages, 0);
	LU_REFUSE(nr_pages, good.nr_pages - 1);
	LU_REFUSE(nr_pages, good.nr_pages + 1);
	LU_REFUSE(nr_pages, U64_MAX);
#undef LU_REFUSE

	lu_expect_restored(test, &good);
	lu_check_usable(test);
}

/* A table which was not preserved, or with another size, is refused */
static void test_liveupdate_restore_tables(struct kunit *test)
{
	struct kunit_liveupdate *lu = lu_init_stubs(test);
	struct lu_tables *tables = lu->tables;
	struct kunit_iommu_priv *priv = test->priv;
	struct iommu_pt_ser ser;
	unsigned int i;

	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_preserve(priv->iommu, &ser));
	for (i = 0; i != tables->nr; i++) {
		unsigned long pfn = PHYS_PFN(virt_to_phys(tables->table[i]));

		xa_erase(&lu->pages, pfn);
		lu_expect_refused(test, &ser);
		lu_preserve_again(test);

		xa_store(&lu->pages, pfn, xa_mk_value(PAGE_SIZE * 2),
			 GFP_KERNEL);
		lu_expect_refused(test, &ser);
		lu_preserve_again(test);
	}

	lu_expect_restored(test, &ser);
	lu_check_usable(test);
}

/* An entry that leads to a table a second time, here in a loop, is refused */
static void test_liveupdate_restore_loop(struct kunit *test)
{
	struct kunit_liveupdate *lu = lu_init_stubs(test);
	struct kunit_iommu_priv *priv = test->priv;
	struct pt_write_attrs attrs = {};
	struct iommu_pt_ser ser;
	struct pt_range range;
	struct pt_state pts;
	unsigned int largest = 0;
	unsigned int i;

	/* Make room in the top, a small one may be full */
	for (i = 0; i != lu->nr; i++)
		if (lu->len[i] > lu->len[largest])
			largest = i;
	do_unmap(test, lu->va[largest], lu->len[largest]);
	lu->nr--;
	lu->va[largest] = lu->va[lu->nr];
	lu->oa[largest] = lu->oa[lu->nr];
	lu->len[largest] = lu->len[lu->nr];

	KUNIT_ASSERT_NO_ERRNO(test, pt_iommu_preserve(priv->iommu, &ser));

	range = pt_all_range(priv->common);
	pts = pt_init_top(&range);
	for_each_pt_level_entry(&pts)
		if (pts.type == PT_ENTRY_EMPTY)
			break;
	KUNIT_ASSERT_EQ(test, pts.type, PT_ENTRY_EMPTY);
	KUNIT_ASSERT_TRUE(test, pt_install_table(&pts, ser.top_phys, &attrs));

	lu_expect_refused(test, &ser);
	/* Not for the number of pages alone */
	xa_destroy(&lu->pages);
	pt_clear_entries(&pts, ilog2(1));
	lu_preserve_again(test);
	pts.entry = 0;
	KUNIT_ASSERT_TRUE(test, pt_install_table(&pts, ser.top_phys, &attrs));
	ser.nr_pages = U64_MAX;
	lu_expect_refused(test, &ser);
	pt_clear_entries(&pts, ilog2(1));
}

/* With KHO itself: no address of this kernel is taken for preserved memory */
static void test_liveupdate_restore_pages(struct kunit *test)
{
	void *virt;

	virt = iommu_alloc_pages_sz(GFP_KERNEL, PAGE_SIZE * 4);
	KUNIT_ASSERT_NOT_NULL(test, virt);
	if (kho_is_enabled()) {
		KUNIT_EXPECT_EQ(test, iommu_preserve_pages(virt), 0);
		iommu_unpreserve_pages(virt);
	}
	KUNIT_EXPECT_NULL(test, iommu_restore_pages(virt_to_phys(virt),
						    PAGE_SIZE * 4));
	KUNIT_EXPECT_NULL(test, iommu_restore_pages(virt_to_phys(virt),
						    PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, iommu_restore_pages(virt_to_phys(virt), 0));
	KUNIT_EXPECT_NULL(test, iommu_restore_pages(virt_to_phys(virt),
						    SIZE_MAX / 2));
	KUNIT_EXPECT_NULL(test, iommu_restore_pages(virt_to_phys(virt) + 8,
						    PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, iommu_restore_pages(0, PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, iommu_restore_pages(BIT_ULL(51), PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, iommu_restore_pages(BIT_ULL(63), PAGE_SIZE));
	iommu_free_pages(virt);
}

#endif
