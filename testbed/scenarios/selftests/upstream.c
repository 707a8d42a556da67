// SPDX-License-Identifier: GPL-2.0-or-later
/* Upstream's selftests of live update, VFIO and iommufd, as they are */
#include <string.h>

#include "evidence.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "selftest.h"
#include "stage.h"
#include "util.h"

static void liveupdate(void)
{
	selftest_run(STRINGS("liveupdate"), NULL);
}

SCENARIO(selftest_liveupdate) = {
	.name = "selftests/liveupdate",
	.proves = "upstream's selftest of sessions and files passes",
	.variants = ALL_VARIANTS,
	.programs = STRINGS("liveupdate/liveupdate"),
	.stage = { liveupdate },
	.time_limit = 120,
};

#define KEXEC(program, label, words)					\
static void program##_first(void)					\
{									\
	selftest_before_kexec(#program);				\
	kexec_next();							\
}									\
									\
static void program##_second(void)					\
{									\
	selftest_after_kexec(#program);					\
}									\
									\
SCENARIO(program) = {							\
	.name = "selftests/" label,					\
	.proves = "upstream's test of " words " over a kexec passes",	\
	.variants = ALL_VARIANTS,					\
	.programs = STRINGS("liveupdate/" #program),			\
	.stage = { program##_first, program##_second },			\
	.time_limit = 120,						\
}

KEXEC(luo_kexec_simple, "luo-simple", "one session");
KEXEC(luo_multi_session, "luo-multi", "several sessions");
KEXEC(luo_stress_files, "luo-files", "500 files");
KEXEC(luo_stress_sessions, "luo-sessions", "2000 sessions");

/* Tests of one device; what else they need of the machine comes last */
#define VFIO_BY(how, program, label, words, limit, ...)			\
SCENARIO(program) = {							\
	.name = "selftests/" label,					\
	.proves = "upstream's test of " words " passes",		\
	.variants = ALL_VARIANTS,					\
	.devices = STRINGS(ONE(IGB, 1)),				\
	.programs = STRINGS("vfio/" #program),				\
	.stage = { how },						\
	.time_limit = limit,						\
	__VA_ARGS__							\
}

#define VFIO(program, label, words, ...)				\
static void program##_only(void)					\
{									\
	selftest_run_on(#program, pci_find(ID_IGB, 0), NULL);		\
}									\
									\
VFIO_BY(program##_only, program, label, words, 120, __VA_ARGS__)

VFIO(vfio_pci_device_test, "vfio-device",
     "config space, BARs, interrupts and reset");
VFIO(vfio_iommufd_setup_test, "vfio-iommufd",
     "binding a device file to an iommufd");
VFIO(vfio_dma_mapping_test, "vfio-mapping", "DMA mappings in all IOMMU modes",
     .cmdline = { "hugepagesz=2M hugepages=8 hugepagesz=1G hugepages=1" },
     .memory_mb = 4096);
VFIO(vfio_dma_mapping_mmio_test, "vfio-mmio", "mapping BARs for DMA");

#define SRIOV_ALLOWED	"/sys/module/vfio_pci/parameters/enable_sriov"

static void tokens(void)
{
	CHECK_OK(file_write(SRIOV_ALLOWED, "1", 1));
	selftest_run_on("vfio_pci_sriov_uapi_test", pci_find(ID_IGB, 0), NULL);
}

VFIO_BY(tokens, vfio_pci_sriov_uapi_test, "vfio-sriov",
	"tokens between a device and its VFs", 120);

/* Some of its tests aim the device at memory that is not mapped */
#define FAULT "DMAR: \\[DMA (Read|Write) NO_PASID\\] Request device " \
	"\\[0000:01:00\\.0\\] fault addr "

static void driver(void)
{
	const char *program = "vfio_pci_driver_test";
	char *bdf = pci_find(ID_IGB, 0);

	if (strcmp(stage.variant, "debug")) {
		selftest_run_on(program, bdf, NULL);
		return;
	}
	/* init_remove comes close to the 30 s that the program gives a test */
	say("note: only the mode iommufd, without init_remove: the others take too long on this kernel");
	pci_bind(bdf, "vfio-pci");
	selftest_run(STRINGS(program, "-T", "init_remove", "-v", "iommufd",
			     bdf), NULL);
}

static void judge_driver(struct evidence *ev)
{
	if (!log_count(ev, 1, FAULT))
		complain(ev, "log: no fault: the device did no DMA");
}

/* Each of its tests pins 1 GiB of shared memory: huge pages are fast */
VFIO_BY(driver, vfio_pci_driver_test, "vfio-driver",
	"DMA and MSI-X with its igb driver", 400,
	.cmdline = { "transparent_hugepage_shmem=always" },
	.memory_mb = 4096,
	.judge = judge_driver,
	.log_allow = STRINGS(FAULT, "DMAR: DRHD: handling fault status reg"));

static void parallel(void)
{
	static const char *const ids[] = { ID_IGB, ID_E1000E, ID_NVME, ID_EDU };
	const char *argv[ARRAY_SIZE(ids) + 2] = {
		"vfio_pci_device_init_perf_test"
	};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		argv[i + 1] = pci_find(ids[i], 0);
		pci_bind(argv[i + 1], "vfio-pci");
	}
	selftest_run(argv, NULL);
}

SCENARIO(selftest_vfio_parallel) = {
	.name = "selftests/vfio-parallel",
	.proves = "upstream's test of opening several devices at once passes",
	.variants = ALL_VARIANTS,
	.devices = STRINGS(ONE(IGB, 1), ONE(E1000E, 2), ONE(NVME, 3),
			   ONE(EDU, 4)),
	.programs = STRINGS("vfio/vfio_pci_device_init_perf_test"),
	.stage = { parallel },
	.time_limit = 120,
};

/* 2 MiB each; the largest test maps 128 MiB */
#define HUGE_PAGES	"96"
#define HUGE_PAGES_AT	"/proc/sys/vm/nr_hugepages"

static const struct selftest_skip iommufd_skips[] = {
	{ "iommufd_viommu.no_viommu.*", "these are for the variant with a virtual IOMMU" },
	{ 0 }
};

static void iommufd(void)
{
	CHECK_OK(file_write(HUGE_PAGES_AT, HUGE_PAGES, strlen(HUGE_PAGES)));
	say("note: without dmabuf_simple and dmabuf_revoke, which need CONFIG_PCI_P2PDMA");
	selftest_run(STRINGS("iommufd", "-T", "dmabuf_simple", "-T",
			     "dmabuf_revoke"), iommufd_skips);
}

static void iommufd_fails(void)
{
	selftest_run(STRINGS("iommufd_fail_nth"), NULL);
}

/* On the mock IOMMU, which only the debug kernel has */
#define IOMMUFD(how, label, words, program)				\
SCENARIO(selftest_##how) = {						\
	.name = "selftests/" label,					\
	.proves = "upstream's test of " words " passes",		\
	.variants = "debug",						\
	.programs = STRINGS("iommu/" program),				\
	.stage = { how },						\
	.memory_mb = 4096,						\
	.time_limit = 600,						\
}

IOMMUFD(iommufd, "iommufd", "iommufd", "iommufd");
IOMMUFD(iommufd_fails, "iommufd-fails", "failing allocations in iommufd",
	"iommufd_fail_nth");
