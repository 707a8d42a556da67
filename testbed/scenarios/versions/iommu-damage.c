// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of the IOMMU core that are damaged: the new kernel stops before it
 * changes a table or turns translation off.
 */
#include "versions/stops.h"

#define DAMAGED(sym, word, words, text, ...)			\
	STOPS_IN("mirror", NULL, "prod", sym, "versions/" word, words, \
		 text, "mirror=" word, "", ##__VA_ARGS__)

#define UNREADABLE \
	"Kernel panic - not syncing: iommu: liveupdate: cannot read what the previous kernel handed over"
#define NOT_ADOPTED \
	"Kernel panic - not syncing: DMAR: liveupdate: dmar0: cannot take over the tables of the previous kernel: "
#define NOT_RESTORED \
	"Kernel panic - not syncing: iommu: liveupdate: cannot take over the DMA of 0000:01:00.0"

DAMAGED(iommu_version, "iommu-version",
	"IOMMU records of a newer version stop the boot", UNREADABLE);
DAMAGED(domain_flags, "domain-flags",
	"a domain with unknown flags stops the boot", UNREADABLE);
DAMAGED(device_flags, "device-flags",
	"a device with unknown properties stops the boot", UNREADABLE);
DAMAGED(device_place, "device-place",
	"access to memory without a record stops the boot",
	NOT_ADOPTED "requester ID 0x100 has access but no record");
DAMAGED(device_did, "device-did",
	"a device with another domain ID stops the boot",
	NOT_ADOPTED "requester ID 0x100 is not attached as recorded");
DAMAGED(device_root, "device-root",
	"another root table stops the boot", NOT_ADOPTED "the root table is at");
DAMAGED(device_unit, "device-unit",
	"a unit that is not there stops the boot",
	"Kernel panic - not syncing: .*liveupdate: .*unit");
DAMAGED(pt_top, "pt-top",
	"page tables that begin elsewhere stop the boot",
	NOT_ADOPTED "requester ID 0x100 is not attached as recorded");
DAMAGED(pt_level, "pt-level",
	"page tables of another depth stop the boot",
	NOT_ADOPTED "requester ID 0x100 is not attached as recorded");
DAMAGED(pt_features, "pt-features",
	"page tables with other features stop the boot", NOT_RESTORED);
DAMAGED(pt_more, "pt-more",
	"page tables that are not all there stop the boot", NOT_RESTORED);
DAMAGED(pt_less, "pt-less",
	"more page tables than were announced stop the boot", NOT_RESTORED);

#define DAMAGED_SCALABLE(sym, word, words, text)		\
	STOPS_IN("mirror", NULL, "prod", sym, "versions/" word	\
		 "-scalable", words " (scalable mode)", text,		\
		 "mirror=" word, "", IOMMU_SCALABLE)

DAMAGED_SCALABLE(device_did_scalable, "device-did",
		 "a device with another domain ID stops the boot",
		 "Kernel panic - not syncing: DMAR: liveupdate: .*0000:01:00.0 is not attached as recorded");
DAMAGED_SCALABLE(device_unit_scalable, "device-unit",
		 "a unit that is not there stops the boot",
		 "Kernel panic - not syncing: .*liveupdate: .*unit");
DAMAGED_SCALABLE(pt_top_scalable, "pt-top",
		 "page tables that begin elsewhere stop the boot",
		 "Kernel panic - not syncing: DMAR: liveupdate: .*0000:01:00.0 is not attached as recorded");
