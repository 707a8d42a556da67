// SPDX-License-Identifier: GPL-2.0-or-later
/* A freeze that is refused, by the running device and by one after it */
#include <linux/vfio.h>
#include <sys/eventfd.h>

#include "running/outlive.h"
#include "owner.h"

static void first(void)
{
	struct running *r = outlive_start();
	int event = eventfd(0, EFD_CLOEXEC);
	struct running other = { .session_fd = -1 };
	struct owner late;

	/*
	 * Turning them off writes to the device, so this is no reboot that the
	 * judge has to know of.
	 */
	CHECK_OK(vfio_irq_enable(r->owner.dev, VFIO_PCI_MSI_IRQ_INDEX, event));
	running_preserve(r, "holdfast-refused-freeze");
	running_prepare();
	outlive_refused(r, kexec_reboot_quietly(), EINVAL);
	CHECK_OK(vfio_irq_disable(r->owner.dev, VFIO_PCI_MSI_IRQ_INDEX));

	/* Frozen, and unfrozen as the device of a later session refuses */
	running_session(&other, "holdfast-refused-freeze-late");
	owner_open(&late, pci_find(ID_EDU, 0));
	CHECK_OK(luo_preserve(other.session_fd, late.memfd, 0));
	CHECK_OK(luo_preserve(other.session_fd, late.dev, 1));
	CHECK_OK(vfio_irq_enable(late.dev, VFIO_PCI_MSI_IRQ_INDEX, event));
	for (int i = 0; i < 3; i++)
		outlive_refused(r, kexec_reboot(), EINVAL);
	CHECK_OK(vfio_irq_disable(late.dev, VFIO_PCI_MSI_IRQ_INDEX));
	close(other.session_fd);
	owner_check(&late);
	owner_close(&late);
	CHECK_OK(pci_unbind(late.bdf));
	running_go();
}

static void judge(struct evidence *ev)
{
	outlive_judge(ev);
	if (log_count(ev, 1, "liveupdate: cannot be frozen: .*interrupts") != 4)
		complain(ev, "log: not one line for each refusal");
	if (log_count(ev, 1, "liveupdate: unfrozen") != 3)
		complain(ev, "log: not one line for each time it was unfrozen");
}

SCENARIO(running_refused) = {
	.name = "running/refused-freeze",
	.proves = "a refused freeze does not stop DMA, then it goes through",
	.devices = STRINGS(ONE(HDA, 1), ONE(EDU, 2)),
	.shared_memory = 1,
	.stage = { first, outlive_take_back },
	.judge = judge,
	.leaks = 1,
	.time_limit = 90,
};
