// SPDX-License-Identifier: GPL-2.0-or-later
/* One device is preserved once, whatever the file or the session */
#include <errno.h>
#include <unistd.h>

#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "vfio.h"

/*
 * Another file of the same device is no way around it: it cannot be bound to
 * an iommufd while the first one is, be it to the same, and so not preserved.
 */
static void try_second_file(int session, struct owner *o)
{
	int dev = CHECK_OK(vfio_cdev_open(o->bdf));
	int other = CHECK_OK(iommufd_open());

	CHECK_ERR(vfio_bind(dev, o->iommufd), EBUSY);
	CHECK_ERR(vfio_bind(dev, other), EBUSY);
	CHECK_ERR(luo_preserve(session, dev, 2), ENOENT);
	close(other);
	close(dev);
}

static void only(void)
{
	int a = CHECK_OK(luo_create("holdfast-twice-a"));
	int b = CHECK_OK(luo_create("holdfast-twice-b"));
	struct owner o;

	owner_open(&o, pci_find(ID_EDU, 0));
	CHECK_OK(luo_preserve(a, o.dev, 1));
	CHECK_ERR(luo_preserve(a, o.dev, 2), EBUSY);
	CHECK_ERR(luo_preserve(a, dup(o.dev), 2), EBUSY);
	CHECK_ERR(luo_preserve(b, o.dev, 1), EBUSY);
	try_second_file(a, &o);
	try_second_file(b, &o);
	pci_check_state(o.bdf, "preserved");

	/* Free again when the session that has it is closed */
	close(a);
	pci_check_state(o.bdf, "none");
	CHECK_OK(luo_preserve(b, o.dev, 1));
	owner_check(&o);
}

SCENARIO(twice) = {
	.name = "preserve/twice",
	.proves = "a device cannot be preserved twice",
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { only },
};
