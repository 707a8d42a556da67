// SPDX-License-Identifier: GPL-2.0-or-later
/* The next kernel does not use the IOMMU that a running device goes through */
#include "versions/stops.h"

#define UNITS_OFF \
	"DMAR: liveupdate: IOMMUs are off, but devices of the previous kernel use them"
#define NOT_REMAPPED \
	"DMAR: liveupdate: this kernel does not remap interrupts, but devices of the previous kernel keep running"

/* The old kernel does not go there by itself: see running/refused-images */
#define OFF(sym, label, words, text, word, ...)				\
	STOPS_IN("mirror", NULL, "prod", sym, label, words, text,	\
		 "mirror=any-words", word, ##__VA_ARGS__)

OFF(intel_iommu_off, "versions/intel-iommu-off",
    "with intel_iommu=off the new kernel stops and DMA hits nothing else",
    UNITS_OFF, "intel_iommu=off");
OFF(intel_iommu_off_scalable, "versions/intel-iommu-off-scalable",
    "with intel_iommu=off the new kernel stops (scalable mode)", UNITS_OFF,
    "intel_iommu=off", IOMMU_SCALABLE);
OFF(iommu_off, "versions/iommu-off",
    "with iommu=off the new kernel stops and DMA hits nothing else", UNITS_OFF,
    "iommu=off");
OFF(iommu_off_scalable, "versions/iommu-off-scalable",
    "with iommu=off the new kernel stops (scalable mode)", UNITS_OFF,
    "iommu=off", IOMMU_SCALABLE);
OFF(acpi_off, "versions/acpi-off",
    "a new kernel that does not find the IOMMU stops, too", NOT_REMAPPED,
    "acpi=off");
