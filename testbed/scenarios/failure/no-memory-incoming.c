// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Allocations fail in the new kernel before anything is retrieved.
 *
 * The boot itself is out of reach: the options failslab= and fail_page_alloc=
 * of 7.3 allocate memory where they are parsed, before there is an allocator,
 * and end every boot before its first line; and by themselves they spare
 * allocations that may sleep, and so all of ours. What is left is what tasks
 * set off: binding the driver, and the first open of /dev/liveupdate, which
 * reads the sessions. That happens once: if it fails it has failed for good.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "update.h"

#define SESSION	"holdfast-no-memory-incoming"
#define LIMIT	1000
#define STEP	64		/* bytes; a session takes more */

static void first(void)
{
	if (!fault_available())
		stage_skip("this kernel has no fault injection");
	update_preserve(SESSION, pci_find(ID_E1000E, 0));
	update_go();
}

/* Return: was a fault injected? */
static int try_probe(const char *bdf, int n, int *bound)
{
	int fd = open("/sys/bus/pci/drivers_probe", O_WRONLY | O_CLOEXEC);
	char *driver;
	int fired;

	CHECK(fd >= 0, "drivers_probe: %s", strerror(errno));
	/* Unbinding takes it back each time */
	CHECK_OK(pci_attr_write(bdf, "driver_override", "vfio-pci"));
	fault_arm(n);
	/* Its result does not say whether a driver was bound */
	if (write(fd, bdf, strlen(bdf)) < 0)
		errno = 0;
	fired = fault_disarm();
	close(fd);
	driver = pci_driver(bdf);
	*bound = !!*driver;
	CHECK(!*bound || !strcmp(driver, "vfio-pci"), "%s: driver '%s'", bdf,
	      driver);
	free(driver);
	pci_check_state(bdf, "incoming");
	if (*bound)
		CHECK_OK(pci_unbind(bdf));
	pci_check_state(bdf, "incoming");
	pci_check_state(pci_parent(bdf), "incoming");
	return fired;
}

static void sweep_probe(const char *bdf)
{
	int n = 1, failed = 0, bound;

	while (try_probe(bdf, n, &bound)) {
		failed += !bound;
		CHECK(++n < LIMIT, "probe: no end after %d sites", n);
	}
	CHECK(bound, "%s: no driver, without a fault", bdf);
	say("probe: %d sites failed once, %d times it did", n - 1, failed);
	CHECK(failed, "probe: never failed");
}

/*
 * With some more memory each time, but never enough: on the way to the sessions
 * ENOMEM fails one open and no more, EIO stays.
 */
static void sweep_open(void)
{
	int slab, ret;

	for (slab = 0; slab < LIMIT * STEP; slab += STEP) {
		fault_arm_all(slab, ALL_WELL);
		ret = raw_luo_open();
		fault_disarm_all();
		if (ret != -ENOMEM)
			break;
	}
	say("open: failed for good with %d bytes", slab);
	CHECK_ERR(ret, EIO);
	CHECK_ERR(raw_luo_open(), EIO);
}

static void second(void)
{
	fault_setup();
	update_recall();
	update_check_guarded();
	leak_mark();
	sweep_probe(updates[0].owner.bdf);
	leak_check();
	update_bind();
	update_check_doors_closed();
	sweep_open();
	pci_check_state(updates[0].owner.bdf, "incoming");
	update_check_doors_closed();
}

SCENARIO(fail_incoming) = {
	.name = "failure/no-memory-incoming",
	.proves = "failures before retrieve leave a device guarded",
	.variants = "debug",
	.devices = STRINGS(ONE(E1000E, 1)),
	/* Of vfio's own: a group that gets no name is released half made */
	.log_allow = STRINGS("WARNING: .* at vfio_group_release", "Call Trace:"),
	.stage = { first, second },
	.time_limit = 120,
};
