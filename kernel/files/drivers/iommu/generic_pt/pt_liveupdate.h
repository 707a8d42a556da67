/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 *
 * Which features are part of the layout of a table, for the formats that define
 * PT_LIVEUPDATE_FORMAT. Used by iommu_pt_liveupdate.h and its KUnit tests.
 */
#ifndef __GENERIC_PT_PT_LIVEUPDATE_H
#define __GENERIC_PT_PT_LIVEUPDATE_H

#include <linux/kho/abi/iommu.h>

#if PT_LIVEUPDATE_FORMAT == IOMMU_PT_SER_VTDSS
#define PT_LIVEUPDATE_SNOOP	BIT(PT_FEAT_VTDSS_FORCE_COHERENCE)
#define PT_LIVEUPDATE_ENCRYPTED	0
#define PT_LIVEUPDATE_OTHER	BIT(PT_FEAT_VTDSS_FORCE_WRITEABLE)
#elif PT_LIVEUPDATE_FORMAT == IOMMU_PT_SER_X86_64
#define PT_LIVEUPDATE_SNOOP	0
#define PT_LIVEUPDATE_ENCRYPTED	BIT(PT_FEAT_X86_64_AMD_ENCRYPT_TABLES)
#define PT_LIVEUPDATE_OTHER	0
#elif PT_LIVEUPDATE_FORMAT == IOMMU_PT_SER_AMDV1
#define PT_LIVEUPDATE_SNOOP	BIT(PT_FEAT_AMDV1_FORCE_COHERENCE)
#define PT_LIVEUPDATE_ENCRYPTED	BIT(PT_FEAT_AMDV1_ENCRYPT_TABLES)
#define PT_LIVEUPDATE_OTHER	0
#else
#error "Which features belong to the layout of this format?"
#endif

/*
 * No part of the layout. What PT_FEAT_FULL_VA and PT_FEAT_DYNAMIC_TOP make of it is
 * in iommu_pt_ser.max_vasz_lg2 and top_level. The software bit of
 * PT_FEAT_DMA_INCOHERENT says that a lower table is in memory, which stays true.
 */
#define PT_LIVEUPDATE_NO_LAYOUT						\
	(BIT(PT_FEAT_DMA_INCOHERENT) | BIT(PT_FEAT_FULL_VA) |		\
	 BIT(PT_FEAT_DYNAMIC_TOP) | BIT(PT_FEAT_FLUSH_RANGE) |		\
	 BIT(PT_FEAT_FLUSH_RANGE_NO_GAPS) |				\
	 BIT(PT_FEAT_DETAILED_GATHER) | PT_LIVEUPDATE_OTHER)

/* The debug mode takes every bit for supported, also those without a meaning */
#if IS_ENABLED(CONFIG_DEBUG_GENERIC_PT)
#define PT_LIVEUPDATE_SUPPORTED	PT_ORIG_SUPPORTED_FEATURES
#else
#define PT_LIVEUPDATE_SUPPORTED	PT_SUPPORTED_FEATURES
#endif

static_assert(!(PT_LIVEUPDATE_SUPPORTED &
		~(BIT(PT_FEAT_SIGN_EXTEND) | PT_LIVEUPDATE_SNOOP |
		  PT_LIVEUPDATE_ENCRYPTED | PT_LIVEUPDATE_NO_LAYOUT)),
	      "a feature is neither part of the layout nor known not to be");

/* The layout of a table in the numbers of the ABI */
static inline u32 liveupdate_features(const struct pt_common *common)
{
	u32 features = 0;

	if (common->features & BIT(PT_FEAT_SIGN_EXTEND))
		features |= IOMMU_PT_SER_FEAT_SIGN_EXTEND;
	if (common->features & PT_LIVEUPDATE_ENCRYPTED)
		features |= IOMMU_PT_SER_FEAT_ENCRYPTED;
	if (common->features & PT_LIVEUPDATE_SNOOP)
		features |= IOMMU_PT_SER_FEAT_SNOOP;
	return features;
}

#endif
