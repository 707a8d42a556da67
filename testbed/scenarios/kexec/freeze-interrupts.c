// SPDX-License-Identifier: GPL-2.0-or-later
/* A kexec with interrupts set up is refused and changes nothing */
#include <errno.h>
#include <linux/vfio.h>
#include <sys/eventfd.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

static void refused(struct update *u, unsigned int index)
{
	int event = eventfd(0, EFD_CLOEXEC);

	CHECK_OK(vfio_irq_enable(u->owner.dev, index, event));
	CHECK_ERR(kexec_reboot(), EINVAL);
	pci_check_state(u->owner.bdf, "preserved");
	CHECK(owner_is_dirty(&u->owner), "the device was reset");
	owner_check(&u->owner);
	owner_make_dirty(&u->owner);
	CHECK_OK(vfio_irq_disable(u->owner.dev, index));
}

static void first(void)
{
	struct update *u = update_preserve("holdfast-freeze-interrupts",
					   pci_find(ID_E1000E, 0));

	update_prepare(NULL);
	refused(u, VFIO_PCI_INTX_IRQ_INDEX);
	refused(u, VFIO_PCI_MSI_IRQ_INDEX);
	refused(u, VFIO_PCI_MSIX_IRQ_INDEX);
	update_restore_memory(u);
	CHECK_OK(kexec_reboot());
}

static void judge(struct evidence *ev)
{
	judge_updates(ev);
	if (log_count(ev, 1, "liveupdate: cannot be frozen: .*interrupts") != 3)
		complain(ev, "log: not one line for each refusal");
}

SCENARIO(freeze_interrupts) = {
	.name = "kexec/freeze-interrupts",
	.proves = "kexec with interrupts set up is refused, then goes through",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, update_take_back },
	.judge = judge,
};
