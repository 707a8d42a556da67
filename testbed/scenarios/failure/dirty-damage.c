// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dirty tracking where there is none: in the record of a domain whose unit cannot
 * track, and switched on in the entry that the unit reads.
 */
#include "versions/stops.h"

#define DAMAGED(sym, label, words, text, word, ...)			\
	STOPS_IN("mirror", NULL, "prod", sym, label, words,	\
		 text, "mirror=" word, "", ##__VA_ARGS__)

#define NOT_RESTORED \
	"Kernel panic - not syncing: iommu: liveupdate: cannot take over the DMA of 0000:01:00.0"

DAMAGED(domain_dirty, "failure/domain-dirty",
	"a domain that tracks dirty pages as its unit cannot stops the boot",
	NOT_RESTORED, "domain-dirty");
DAMAGED(domain_dirty_first, "failure/domain-dirty-first-level",
	"a domain with first-level tables that tracks dirty pages stops the boot",
	NOT_RESTORED, "domain-dirty", IOMMU_FIRST_LEVEL);
DAMAGED(pasid_dirty, "failure/pasid-dirty",
	"dirty tracking that is switched on stops the boot",
	"Kernel panic - not syncing: DMAR: liveupdate: .*0000:01:00.0 is not attached as recorded",
	"pasid-dirty", IOMMU_SCALABLE);
