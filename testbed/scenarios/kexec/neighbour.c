// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device waits for its owner, and somebody resets or removes it: the owner of
 * a function in the same slot and IOMMU group, or root through sysfs.
 */
#include "kexec/neighbour.h"
#include "log.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-neighbour", pci_find(ID_E1000E, 0));
	update_go();
}

static void recall(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
}

static void take_back(void)
{
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

/* Open the neighbour, have @reset done with its file, and close it */
static void with_neighbour(int (*reset)(int dev))
{
	struct neighbour n;

	recall();
	n = neighbour_open();
	say("reset of the neighbour: %s", err_name(reset(n.dev)));
	neighbour_close(&n);
	take_back();
}

static void hot_reset(void)
{
	with_neighbour(vfio_hot_reset);
}

/* It can only be reset through the bus, and closing it does that */
static void sibling_close(void)
{
	with_neighbour(vfio_reset);
}

static void sysfs_reset(void)
{
	char *bdf;

	recall();
	bdf = updates[0].owner.bdf;
	CHECK(pci_attr_write(bdf, "reset", "1") < 0,
	      "%s: sysfs reset of a preserved device worked", bdf);
	CHECK(pci_attr_write(pci_parent(bdf), "reset_subordinate", "1") < 0,
	      "%s: the bus above it was reset", bdf);
	CHECK(pci_attr_write(bdf, "remove", "1") < 0,
	      "%s: sysfs remove of a preserved device worked", bdf);
	CHECK_OK(file_write("/sys/bus/pci/rescan", "1", 1));
	pci_check_state(bdf, "incoming");
	take_back();
}

#define GUARDED(how, label, words)					\
SCENARIO(how##_guarded) = {						\
	.name = label,							\
	.proves = words,						\
	.devices = NEIGHBOURS,						\
	.stage = { first, how },					\
	.judge = judge_updates,						\
}

#define UNGUARDED(how, label, words, end, text)				\
SCENARIO(how##_unguarded) = {						\
	.name = label,							\
	.proves = words,						\
	.variants = "prod",						\
	.kernels = { NULL, "mirror" },					\
	.devices = NEIGHBOURS,						\
	.stage = { first, how },					\
	.judge = judge_updates,						\
	.expect = end,							\
	.expect_text = text,						\
}

GUARDED(hot_reset, "kexec/hot-reset",
	"a neighbour's hot reset does not reach a waiting device");
GUARDED(sibling_close, "kexec/sibling-close",
	"closing a neighbour does not reset a waiting device");
GUARDED(sysfs_reset, "kexec/sysfs-reset",
	"a waiting device is not reset or removed through sysfs");

UNGUARDED(hot_reset, "kexec/hot-reset-negative",
	  "mirror: without the guards a hot reset reaches the device",
	  OUTCOME_WITNESS, "was reset");
UNGUARDED(sibling_close, "kexec/sibling-close-negative",
	  "mirror: without the guards the close resets the device",
	  OUTCOME_WITNESS, "was reset");
UNGUARDED(sysfs_reset, "kexec/sysfs-reset-negative",
	  "mirror: without the guards sysfs resets the device",
	  OUTCOME_GUEST, "sysfs reset of a preserved device worked");
