// SPDX-License-Identifier: GPL-2.0-or-later
/* The next kernel does not remap the interrupts of a running device */
#include "versions/stops.h"

#define NOT_REMAPPED \
	"DMAR: liveupdate: this kernel does not remap interrupts, but devices of the previous kernel keep running"

/* The old kernel does not go there by itself: see running/refused-images */
STOPS_IN("mirror", NULL, "prod", no_remapping, "interrupts/not-remapped",
      "a new kernel that does not remap interrupts stops, and leaves them blocked",
      NOT_REMAPPED, "mirror=any-words", "nointremap");
STOPS_IN("mirror", NULL, "prod", other_mode, "interrupts/other-mode",
      "a new kernel that remaps interrupts in another mode stops, and leaves them blocked",
      "cannot take over the tables of the previous kernel: interrupts are remapped in x2APIC mode: keep nox2apic and intremap=",
      "mirror=any-words", "nox2apic", "-global", "intel-iommu.eim=on");
