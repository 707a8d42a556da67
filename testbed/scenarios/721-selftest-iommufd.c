// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftest of iommufd, on the mock IOMMU of the debug kernel */
#include <string.h>

#include "log.h"
#include "scenario.h"
#include "selftest.h"
#include "util.h"

/* 2 MiB each; the largest test maps 128 MiB */
#define HUGE_PAGES	"96"
#define HUGE_PAGES_AT	"/proc/sys/vm/nr_hugepages"

static const struct selftest_skip skips[] = {
	{ "iommufd_viommu.no_viommu.*", "these are for the variant with a virtual IOMMU" },
	{ 0 }
};

static void only(void)
{
	CHECK_OK(file_write(HUGE_PAGES_AT, HUGE_PAGES, strlen(HUGE_PAGES)));
	say("note: without dmabuf_simple and dmabuf_revoke, which need CONFIG_PCI_P2PDMA");
	selftest_run(STRINGS("iommufd", "-T", "dmabuf_simple", "-T",
			     "dmabuf_revoke"), skips);
}

SCENARIO(selftest_iommufd) = {
	.name = "721-selftest-iommufd",
	.proves = "upstream's test of iommufd passes",
	.variants = "debug",
	.programs = STRINGS("iommu/iommufd"),
	.stage = { only },
	.memory_mb = 4096,
	.time_limit = 600,
};
