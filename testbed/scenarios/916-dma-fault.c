// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: DMA to an address that is not mapped */
#include <unistd.h>

#include "edu.h"
#include "log.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "witness.h"

static void only(void)
{
	struct owner o;

	owner_open(&o, pci_find(ID_EDU, 0));
	owner_check(&o);
	CHECK_OK(edu_write_ram(o.bar, OWNER_IOVA + OWNER_MEMORY, EDU_BUFFER));
	sleep(1);
	owner_close(&o);
}

static void judge(struct evidence *ev)
{
	if (!count_dmar_faults(ev, span_all(ev)))
		complain(ev, "NOT SEEN: the fault in the trace");
}

SCENARIO(dma_fault) = {
	.name = "916-dma-fault",
	.proves = "mirror: a DMA outside the mapped memory is seen",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { only },
	.judge = judge,
	.expect = OUTCOME_LOG,
	.expect_text = "DMAR: [DMA Write",
};
