// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device runs, and the next kernel is a pristine one: it would turn the IOMMU
 * off for a moment and let DMA through to whatever it has there. The old kernel does
 * not go there by itself: see versions/image.
 */
#include "versions/stops.h"

STOPS_IN("mirror", "stock", "prod", running_to_stock,
	 "versions/running-to-stock",
	 "a pristine next kernel stops before it touches translation",
	 "luo: LUO state is incompatible with", "mirror=any-words", "");
