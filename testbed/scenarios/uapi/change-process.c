// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VMM that hands its iommufd to another process, as QEMU does with CPR: whatever is
 * mapped by file follows, BARs of other devices included. What is mapped by address
 * stays with the process that has the address.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "edu.h"
#include "iommufd.h"
#include "log.h"
#include "machines.h"
#include "owner.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "vfio.h"
#include "witness.h"

#define EXPORTED	0x10000
#define BAR_IOVA	0x2000000
#define OTHER_IOVA	0x4000000
#define OTHER_SIZE	0x4000

static void check_change(int iommufd, int error)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(-raw_change_process(iommufd));
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	      WEXITSTATUS(status) == error,
	      "another process: status %#x in place of error %d", status,
	      error);
}

/* The device still reaches the other one, by what is mapped */
static void check_reads(struct owner *o, struct owner *other)
{
	uint32_t *mem = (void *)o->mem;

	owner_check(o);
	*mem = 0;
	CHECK_OK(edu_read_ram(o->bar, BAR_IOVA + other->ops->dirty, 4));
	CHECK_OK(edu_write_ram(o->bar, OWNER_IOVA, 4));
	CHECK_EQ(*(volatile uint32_t *)mem, other->ops->dirty_value);
}

static void only(void)
{
	struct owner o, other;
	void *mem;
	int fd;

	owner_open(&o, pci_find(ID_EDU, 0));
	owner_open(&other, pci_find(ID_E1000E, 0));
	owner_make_dirty(&other);
	check_change(o.iommufd, 0);

	fd = CHECK_OK(raw_export_bar(other.dev, 0, 0, EXPORTED));
	CHECK_OK(raw_map_file(o.iommufd, o.ioas, fd, EXPORTED, BAR_IOVA));
	check_reads(&o, &other);
	check_change(o.iommufd, 0);
	check_reads(&o, &other);

	/* One area by address, and nothing has changed */
	mem = mmap(NULL, OTHER_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(mem != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK_OK(raw_map_user(o.iommufd, o.ioas, mem, OTHER_SIZE, OTHER_IOVA));
	check_change(o.iommufd, EINVAL);
	CHECK_OK(iommufd_unmap(o.iommufd, o.ioas, OTHER_IOVA, OTHER_SIZE));
	check_change(o.iommufd, 0);

	/* One that was revoked is neither in the way nor mapped again */
	CHECK_OK(vfio_reset(other.dev));
	check_change(o.iommufd, 0);
	CHECK_OK(raw_change_process(o.iommufd));
	CHECK_OK(iommufd_unmap(o.iommufd, o.ioas, BAR_IOVA, EXPORTED));
	close(fd);
	owner_close(&o);
	owner_close(&other);
}

static void judge(struct evidence *ev)
{
	if (count_dmar_faults(ev, span_all(ev)))
		complain(ev, "the IOMMU reported faults");
}

SCENARIO(change_process) = {
	.name = "uapi/change-process",
	.proves = "an iommufd changes its process with BARs of other devices mapped",
	.devices = STRINGS(ONE(EDU, 1), ONE(E1000E, 2)),
	.stage = { only },
	.judge = judge,
};
