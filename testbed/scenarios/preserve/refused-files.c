// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that cannot be preserved, each with its error */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "iommufd.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "vfio.h"
#include "witness.h"

static void only(void)
{
	int session = CHECK_OK(luo_create("holdfast-refused-files"));
	char *bdf = pci_find(ID_EDU, 0);
	int dev, container, group, iommufd, memfd;

	CHECK_ERR(luo_preserve(session, -1, 1), EBADF);
	CHECK_ERR(luo_preserve(session, open("/dev/null", O_RDWR), 1), ENOENT);
	memfd = memfd_make("refused-files", 4096);
	CHECK_OK(luo_preserve(session, memfd, 1));
	CHECK_ERR(luo_preserve(session, memfd_make("refused-files", 4096), 1), EEXIST);

	pci_bind(bdf, "vfio-pci");
	pci_check_preservable(bdf, NULL);
	container = CHECK_OK(vfio_container_open());
	group = CHECK_OK(vfio_group_open(bdf));
	CHECK_OK(vfio_group_set_container(group, container));
	dev = CHECK_OK(vfio_group_get_device(group, bdf));
	CHECK_ERR(luo_preserve(session, container, 2), ENOENT);
	CHECK_ERR(luo_preserve(session, group, 2), ENOENT);
	CHECK_ERR(luo_preserve(session, dev, 2), ENOENT);
	close(dev);
	close(group);
	close(container);

	/* Its own file, but nobody's yet */
	dev = CHECK_OK(vfio_cdev_open(bdf));
	CHECK_ERR(luo_preserve(session, dev, 2), ENOENT);
	iommufd = CHECK_OK(iommufd_open());
	CHECK_OK(vfio_bind(dev, iommufd));
	CHECK_OK(luo_preserve(session, dev, 2));
	pci_check_state(bdf, "preserved");
}

/* The error is the same for all; the log tells them apart */
static void judge(struct evidence *ev)
{
	if (log_count(ev, 1, "liveupdate: file cannot be preserved: open /dev/vfio") != 2)
		complain(ev, "log: not one line for each refused device file");
}

SCENARIO(refused_files) = {
	.name = "preserve/refused-files",
	.proves = "only a bound file of the device itself can be preserved",
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { only },
	.judge = judge,
};
