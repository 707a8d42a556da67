// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One iommufd with several address spaces and page tables: two tables of one
 * space, one of them with two devices, a table of another space with the same
 * addresses, and a space that is not kept.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "continuity.h"
#include "edu.h"
#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "marker.h"
#include "memory.h"
#include "owner.h"
#include "pci.h"
#include "scenario.h"
#include "vfio.h"
#include "watch.h"

#define SIZE	(64 << 10)
#define STEP	0x4000	/* where the DMA of each device goes, and what is around */
#define NEW_IOVA	0x4000000
#define SEED	246
#define DEVICES	4

static const char session_name[] = "holdfast-tables";

enum space { A, B, LOST, SPACES };
enum table { A1, A2, B1, LOST1, TABLES };
enum token { MEMORY_A, MEMORY_B, IOMMUFD, FIRST_DEVICE };

static const struct {
	enum table table;
	enum space space;
} wiring[DEVICES] = { { A1, A }, { A2, A }, { B1, B }, { A1, A } };

static struct {
	uint32_t ioas[SPACES];
	uint32_t hwpt[TABLES];
} ids;

static int iommufd, session;
static int memfd[SPACES];
static char *mem[SPACES];
static int dev[DEVICES];
static volatile void *bar[DEVICES];
static uint32_t dev_id[DEVICES];

static void make_space(enum space s)
{
	memfd[s] = memfd_make("tables", SIZE);
	mem[s] = memfd_map(memfd[s], SIZE);
	memset(mem[s], 0xa0 + s, SIZE);
	CHECK_OK(iommufd_ioas_alloc(iommufd, &ids.ioas[s]));
	CHECK_OK(iommufd_map_file(iommufd, ids.ioas[s], memfd[s], SIZE,
				  OWNER_IOVA));
}

static void make_table(enum table t, enum space s, int mark_it)
{
	CHECK_OK(iommufd_hwpt_alloc(iommufd, dev_id[0], ids.ioas[s],
				    &ids.hwpt[t]));
	if (mark_it)
		CHECK_OK(iommufd_mark(iommufd, ids.hwpt[t]));
}

static void open_device(int i)
{
	char *bdf = pci_find(ID_EDU, i);

	pci_bind(bdf, "vfio-pci");
	dev[i] = CHECK_OK(vfio_cdev_open(bdf));
	CHECK_OK(vfio_bind_id(dev[i], iommufd, &dev_id[i]));
}

static void use_device(int i)
{
	unsigned int command;

	CHECK_OK(vfio_config_read(dev[i], PCI_COMMAND, 2, &command));
	CHECK_OK(vfio_config_write(dev[i], PCI_COMMAND, 2, command |
				   PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER));
}

static void map_device(int i)
{
	bar[i] = vfio_bar_map(dev[i], 0, NULL);
	CHECK(bar[i], "BAR of device %d: %s", i, strerror(errno));
}

/* Device @i writes its own pattern to the start of its part */
static uint64_t part(int i)
{
	return OWNER_IOVA + i * STEP;
}

static void load_device(int i)
{
	pattern_fill(mem[wiring[i].space] + i * STEP, EDU_BUFFER, SEED + i);
	CHECK_OK(edu_read_ram(bar[i], part(i), EDU_BUFFER));
	memset(mem[wiring[i].space] + i * STEP, 0xa0 + wiring[i].space,
	       EDU_BUFFER);
}

static void check_all(char *m, size_t from, size_t to, int value)
{
	for (size_t i = from; i < to; i++)
		CHECK((unsigned char)m[i] == value,
		      "memory %#x was hit at %#zx", value, i);
}

/* Each device reached its own space, and none the other one */
static void check_space(enum space s)
{
	for (int i = 0; i < DEVICES; i++) {
		char *m = mem[s] + i * STEP;
		int has = wiring[i].space == s;

		if (has)
			CHECK_EQ(pattern_check(m, EDU_BUFFER, SEED + i),
				 EDU_BUFFER);
		check_all(mem[s], i * STEP + (has ? EDU_BUFFER : 0),
			  (i + 1) * STEP, 0xa0 + s);
	}
}

static void preserve(void)
{

	session = CHECK_OK(luo_create(session_name));
	CHECK_OK(luo_preserve(session, memfd[A], MEMORY_A));
	CHECK_OK(luo_preserve(session, memfd[B], MEMORY_B));
	CHECK_OK(luo_preserve(session, iommufd, IOMMUFD));
	for (int i = 0; i < DEVICES; i++) {
		CHECK_OK(luo_preserve(session, dev[i], FIRST_DEVICE + i));
		say("running %s in %s", pci_find(ID_EDU, i), session_name);
	}
	/* What does not go along is not bound by it */
	CHECK_OK(iommufd_unmap(iommufd, ids.ioas[LOST], OWNER_IOVA, SIZE));
}

static void first(void)
{
	iommufd = CHECK_OK(iommufd_open());
	for (int i = 0; i < DEVICES; i++)
		open_device(i);
	for (int s = 0; s < SPACES; s++)
		make_space(s);
	make_table(A1, A, 1);
	make_table(LOST1, LOST, 0);
	make_table(A2, A, 1);
	make_table(B1, B, 1);
	for (int i = 0; i < DEVICES; i++) {
		CHECK_OK(vfio_attach(dev[i], ids.hwpt[wiring[i].table]));
		use_device(i);
		map_device(i);
		load_device(i);
	}
	kho_count("before");
	preserve();
	carry_put("tables", &ids, sizeof(ids));
	kexec_prepare(NULL);
	for (int i = 0; i < DEVICES; i++)
		edu_start_write_ram(bar[i], part(i), EDU_BUFFER);
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

static void retrieve(void)
{

	memcpy(&ids, carry_get("tables", NULL), sizeof(ids));
	mark(MARK_BIND);
	for (int i = 0; i < DEVICES; i++)
		pci_bind(pci_find(ID_EDU, i), "vfio-pci");
	mark(MARK_RETRIEVE);
	session = CHECK_OK(luo_retrieve_session(session_name));
	/* Any order will do: what is needed comes along */
	iommufd = CHECK_OK(luo_retrieve(session, IOMMUFD));
	for (int i = DEVICES - 1; i >= 0; i--) {
		dev[i] = CHECK_OK(luo_retrieve(session, FIRST_DEVICE + i));
		CHECK_OK(vfio_bind_id(dev[i], iommufd, &dev_id[i]));
	}
	memfd[A] = CHECK_OK(luo_retrieve(session, MEMORY_A));
	memfd[B] = CHECK_OK(luo_retrieve(session, MEMORY_B));
	mem[A] = memfd_map(memfd[A], SIZE);
	mem[B] = memfd_map(memfd[B], SIZE);
}

/* At first it can only be attached to what it uses, then the owner is free */
static void check_other_table(void)
{
	CHECK_ERR(vfio_attach(dev[0], ids.hwpt[B1]), EBUSY);
	CHECK_OK(vfio_attach(dev[0], ids.hwpt[A1]));
	CHECK_OK(vfio_attach(dev[0], ids.hwpt[A2]));
	CHECK_OK(vfio_attach(dev[0], ids.hwpt[A1]));
}

static void check_new_mapping(int i, char *m)
{
	memset(m, 0, EDU_BUFFER);
	CHECK_OK(edu_write_ram(bar[i], NEW_IOVA, EDU_BUFFER));
	CHECK_EQ(pattern_check(m, EDU_BUFFER, SEED + i), EDU_BUFFER);
}

/* What is mapped in a space appears in both of its tables */
static void check_spaces(void)
{
	int fd = memfd_make("new", EDU_BUFFER);
	char *m = memfd_map(fd, EDU_BUFFER);

	CHECK_ERR(iommufd_map_file(iommufd, ids.ioas[LOST], fd, EDU_BUFFER,
				   NEW_IOVA), ENOENT);
	CHECK_ERR(iommufd_destroy(iommufd, ids.hwpt[LOST1]), ENOENT);
	CHECK_OK(iommufd_map_file(iommufd, ids.ioas[A], fd, EDU_BUFFER,
				  NEW_IOVA));
	check_new_mapping(0, m);
	check_new_mapping(1, m);
	check_new_mapping(3, m);
	CHECK_OK(iommufd_unmap(iommufd, ids.ioas[A], NEW_IOVA, EDU_BUFFER));
	close(fd);
}

/* Afterwards tables are changed as ever: device 1 goes from A to B */
static void check_switch(void)
{
	CHECK_OK(vfio_attach(dev[1], ids.hwpt[B1]));
	memset(mem[B] + STEP, 0, EDU_BUFFER);
	CHECK_OK(edu_write_ram(bar[1], part(1), EDU_BUFFER));
	CHECK_EQ(pattern_check(mem[B] + STEP, EDU_BUFFER, SEED + 1),
		 EDU_BUFFER);
	CHECK_OK(iommufd_destroy(iommufd, ids.hwpt[A2]));
	CHECK_ERR(iommufd_destroy(iommufd, ids.hwpt[A1]), EBUSY);
}

static void end(void)
{
	for (int i = 0; i < DEVICES; i++)
		CHECK_OK(vfio_detach(dev[i]));
	CHECK_OK(iommufd_destroy(iommufd, ids.hwpt[A1]));
	CHECK_OK(iommufd_destroy(iommufd, ids.hwpt[B1]));
	CHECK_OK(iommufd_destroy(iommufd, ids.ioas[A]));
	CHECK_OK(iommufd_destroy(iommufd, ids.ioas[B]));
}

static void second(void)
{
	retrieve();
	check_other_table();
	for (int i = 0; i < DEVICES; i++) {
		CHECK_OK(vfio_attach(dev[i], ids.hwpt[wiring[i].table]));
		map_device(i);
	}
	check_space(A);
	check_space(B);
	CHECK_ERR(iommufd_destroy(iommufd, ids.hwpt[A2]), EBUSY);
	check_spaces();
	CHECK_OK(luo_finish(session));
	mark(MARK_FINISHED);
	close(session);
	check_spaces();
	check_switch();
	end();
	for (int i = 0; i < DEVICES; i++)
		close(dev[i]);
	close(iommufd);
	munmap(mem[A], SIZE);
	munmap(mem[B], SIZE);
	close(memfd[A]);
	close(memfd[B]);
	kho_count("after");
}

static void judge(struct evidence *ev)
{
	judge_running(ev);
	expect_same_kho(ev, "before", "after");
}

#define TABLES_OF(mode, suffix, how, ...)				\
SCENARIO(tables_##mode) = {						\
	.name = "running/tables" suffix,					\
	.proves = "several tables of one iommufd go along, each as it was" how, \
	.devices = STRINGS(ONE(EDU, 1), ONE(EDU, 2), ONE(EDU, 3),	\
			   ONE(EDU, 4), ##__VA_ARGS__),			\
	.shared_memory = 1,						\
	.leaks = 1,							\
	.stage = { first, second },					\
	.judge = judge,							\
}

TABLES_OF(legacy, "", "");
TABLES_OF(scalable, "-scalable", " (scalable mode)", IOMMU_SCALABLE);
TABLES_OF(first_level, "-first-level", " (first-level tables)",
	  IOMMU_FIRST_LEVEL);
