// SPDX-License-Identifier: GPL-2.0-or-later
/* Negative tests: what makes a selftest of upstream's count as failed */
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "raw.h"
#include "scenario.h"
#include "selftest.h"

/* While another file of the device is open, which allows one only */
static void fails(void)
{
	CHECK_OK(raw_luo_open());
	selftest_run(STRINGS("liveupdate"), NULL);
}

/* Without the device that it tests */
static void no_test(void)
{
	selftest_run(STRINGS("vfio_pci_device_test"), NULL);
}

/* On a machine without huge pages */
static void skips(void)
{
	selftest_run_on("vfio_dma_mapping_test", pci_find(ID_IGB, 0), NULL);
}

static void ran_anyway(void)
{
	static const struct selftest_skip declared[] = {
		{ "vfio_cdev.bind", "nothing, it runs" },
		{ 0 }
	};

	selftest_run_on("vfio_iommufd_setup_test", pci_find(ID_IGB, 0),
			declared);
}

/* The second half of a test over a kexec, without the first one */
static void no_session(void)
{
	selftest_after_kexec("luo_kexec_simple");
}

#define FAILS(how, label, words, program, text, ...)			\
SCENARIO(selftest_##how) = {						\
	.name = "selftests/" label "-negative",				\
	.proves = "mirror: " words " is a failure",			\
	.variants = ALL_VARIANTS,					\
	.programs = STRINGS(program),					\
	.expect = OUTCOME_GUEST,					\
	.expect_text = text,						\
	__VA_ARGS__							\
}

FAILS(fails, "fails", "a failing test of upstream's", "liveupdate/liveupdate",
      "tests failed: liveupdate_device.basic_open_close", .stage = { fails });
FAILS(no_test, "no-test", "a program that runs no test",
      "vfio/vfio_pci_device_test", "not one test ran (exit status 4)",
      .stage = { no_test });
FAILS(skips, "skips", "a skip that nobody declared",
      "vfio/vfio_dma_mapping_test",
      "hugetlb_2mb.dma_map_unmap was skipped: mmap() failed",
      .stage = { skips }, .devices = STRINGS(ONE(IGB, 1)));
FAILS(ran_anyway, "ran-anyway", "a declared skip that does not happen",
      "vfio/vfio_iommufd_setup_test",
      "vfio_cdev.bind is declared as skipped, but is not",
      .stage = { ran_anyway }, .devices = STRINGS(ONE(IGB, 1)));
FAILS(no_session, "no-session", "a kexec test that finds no session",
      "liveupdate/luo_kexec_simple",
      "luo_kexec_simple -s 2: exit status 1",
      .stage = { kexec_next, no_session });
