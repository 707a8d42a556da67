// SPDX-License-Identifier: GPL-2.0-or-later
/* A device that was frozen already comes back when a later one refuses */
#include <errno.h>
#include <linux/vfio.h>
#include <sys/eventfd.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

static void first(void)
{
	struct update *a, *b, *late;
	int event = eventfd(0, EFD_CLOEXEC);

	a = update_preserve("holdfast-unfreeze-1", pci_find(ID_E1000E, 0));
	b = update_preserve("holdfast-unfreeze-1", pci_find(ID_IGB, 0));
	late = update_preserve("holdfast-unfreeze-2", pci_find(ID_EDU, 0));
	update_prepare(NULL);
	CHECK_OK(vfio_irq_enable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX,
				 event));
	for (int i = 0; i < 3; i++) {
		CHECK_ERR(kexec_reboot(), EINVAL);
		CHECK(owner_is_dirty(&a->owner) && owner_is_dirty(&b->owner),
		      "a device was reset though the kexec was refused");
		owner_check(&a->owner);
		owner_check(&b->owner);
		owner_check(&late->owner);
		/* Interrupts too, of the one that was frozen */
		CHECK_OK(vfio_irq_enable(a->owner.dev, VFIO_PCI_MSI_IRQ_INDEX,
					 event));
		CHECK_OK(vfio_irq_disable(a->owner.dev,
					  VFIO_PCI_MSI_IRQ_INDEX));
		owner_make_dirty(&a->owner);
		owner_make_dirty(&b->owner);
	}
	CHECK_OK(vfio_irq_disable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX));
	update_restore_memory(a);
	update_restore_memory(b);
	update_restore_memory(late);
	CHECK_OK(kexec_reboot());
}

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 1, MARK_REBOOT, 1, MARK_REFUSED);
	const struct pci_function *f = pci_function_by_id(ev, ID_E1000E, 0);

	judge_updates(ev);
	if (f)
		expect_resets(ev, s, f->bdf, NULL, 0);
	if (log_count(ev, 1, "liveupdate: unfrozen") != 6)
		complain(ev, "log: not one line for each device that was unfrozen");
}

SCENARIO(unfreeze) = {
	.name = "kexec/unfreeze",
	.proves = "a refused kexec gives frozen devices back as they were",
	.devices = STRINGS(ONE(E1000E, 1), ONE(IGB, 2), ONE(EDU, 3)),
	.stage = { first, update_take_back },
	.leaks = 1,
	.judge = judge,
	.time_limit = 90,
};
