// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A damaged record of the units that block interrupts: the new kernel stops while
 * they still do.
 */
#include "versions/stops.h"

#define DAMAGED(sym, word, words, text)					\
	STOPS_IN("mirror", NULL, "prod", sym, "interrupts/damage-" word, \
		 words, "Kernel panic - not syncing: DMAR: liveupdate: " text, \
		 "mirror=irqs-" word, "")

#define RECORD "the interrupt remapping record of the previous kernel "

DAMAGED(irqs_version, "version",
	"a newer version of the blocking units' record stops the boot",
	RECORD "has version 2, this kernel reads version 1");
DAMAGED(irqs_count, "count", "a record of too many blocking units stops the boot",
	RECORD "is damaged: 171 units");
DAMAGED(irqs_unit, "unit",
	"a record of a blocking unit that is not there stops the boot",
	RECORD "is damaged: no unit at");
DAMAGED(irqs_table, "table",
	"a record of another blocking table stops the boot",
	"dmar0: .*the interrupt remapping table is");
DAMAGED(irqs_flags, "flags", "a blocking unit with unknown flags stops the boot",
	"dmar0: .*the interrupt remapping record is damaged");
DAMAGED(irqs_mode, "mode",
	"a blocking unit that is not in the recorded mode stops the boot",
	"dmar0: .*the interrupt remapping table is");
