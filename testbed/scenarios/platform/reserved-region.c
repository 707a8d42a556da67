// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device behind the same IOMMU has a region that its firmware needs mapped all
 * the time (RMRR). QEMU's firmware never says so: the kernel is given another DMAR
 * table by its initramfs, in which the disk controller of the chipset has one.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "hda.h"
#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "running.h"
#include "scenario.h"
#include "witness.h"

#define SESSION		"holdfast-reserved"
#define REVISION	24	/* of the table, next to its checksum */
#define CHECKSUM	9

/* Reserved by QEMU's firmware, for itself; the controller is 00:1f.2 */
static const uint8_t region[] = {
	1, 0, 32, 0, 0, 0, 0, 0,
	0x00, 0x00, 0x0f, 0, 0, 0, 0, 0,
	0xff, 0xff, 0x0f, 0, 0, 0, 0, 0,
	1, 8, 0, 0, 0, 0, 0x1f, 2,
};

static void table(void)
{
	size_t len;
	char *old = file_read("/sys/firmware/acpi/tables/DMAR", &len);
	uint8_t *t = realloc(old, len + sizeof(region)), sum = 0;
	uint32_t size = len + sizeof(region);

	CHECK(t && len > 48, "no DMAR table");
	memcpy(t + len, region, sizeof(region));
	memcpy(t + 4, &size, sizeof(size));
	t[REVISION]++;
	t[CHECKSUM] = 0;
	for (uint32_t i = 0; i < size; i++)
		sum += t[i];
	t[CHECKSUM] = -sum;
	mkdir("/kernel", 0755);
	mkdir("/kernel/firmware", 0755);
	mkdir("/kernel/firmware/acpi", 0755);
	CHECK_OK(file_write("/kernel/firmware/acpi/dmar.aml", t, size));
	free(t);
	kexec_next();
}

static void refused(void)
{
	struct running *r = &running[0];
	struct owner *o = &r->owner;

	running_open(r, pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(r);
	running_session(r, SESSION);
	CHECK_OK(iommufd_mark(o->iommufd, r->hwpt));
	CHECK_OK(luo_preserve(r->session_fd, o->memfd, 0));
	CHECK_OK(luo_preserve(r->session_fd, o->iommufd, 1));
	CHECK_ERR(luo_preserve(r->session_fd, o->dev, 2), EOPNOTSUPP);
	pci_check_state(o->bdf, "none");
	hda_check(r);
}

static void judge(struct evidence *ev)
{
	if (log_count(ev, 2, "firmware needs .0xf0000-0xfffff. mapped") != 1)
		complain(ev, "log: the region is not named");
}

SCENARIO(reserved_region) = {
	.name = "platform/reserved-region",
	.proves = "no device runs on beside one whose firmware needs a mapping",
	.devices = STRINGS(ONE(HDA, 1)),
	.shared_memory = 1,
	.stage = { table, refused },
	.judge = judge,
};
