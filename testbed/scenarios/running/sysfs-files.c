// SPDX-License-Identifier: GPL-2.0-or-later
/* Each writable file of devices that run through a kexec, written to by root */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "continuity.h"
#include "hda.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "timeline.h"
#include "watch.h"

#define SESSION		"holdfast-files"
#define DEVICES		"/sys/bus/pci/devices"
#define SLOTS		"/sys/bus/pci/slots"
#define PORT_DRIVER	"/sys/bus/pci/drivers/pcieport"

enum answer { REFUSED, HARMLESS };

/**
 * struct door - a writable file; docs/restrictions.md has the same table
 * @file:	the end of its path below the directory of the device, with the
 *		number of a BAR as "*"
 * @answer:	EBUSY, or anything as long as nothing changes
 * @words:	what is written, one after the other; NULL: see write_binary()
 */
static const struct door {
	const char *file;
	enum answer answer;
	const char *words[3];
} doors[] = {
	{ "aer/correctable_ratelimit_burst", HARMLESS, { "10" } },
	{ "aer/correctable_ratelimit_interval_ms", HARMLESS, { "5000" } },
	{ "aer/nonfatal_ratelimit_burst", HARMLESS, { "10" } },
	{ "aer/nonfatal_ratelimit_interval_ms", HARMLESS, { "5000" } },
	{ "broken_parity_status", HARMLESS, { "1", "0" } },
	{ "config", REFUSED, { NULL } },
	{ "d3cold_allowed", HARMLESS, { "0", "1" } },
	{ "driver_override", HARMLESS, { "no-such-driver", "\n" } },
	{ "enable", REFUSED, { "0", "1" } },
	{ "link/clkpm", REFUSED, { "0", "1" } },
	{ "link/l0s_aspm", REFUSED, { "0", "1" } },
	{ "link/l1_1_aspm", REFUSED, { "0", "1" } },
	{ "link/l1_1_pcipm", REFUSED, { "0", "1" } },
	{ "link/l1_2_aspm", REFUSED, { "0", "1" } },
	{ "link/l1_2_pcipm", REFUSED, { "0", "1" } },
	{ "link/l1_aspm", REFUSED, { "0", "1" } },
	{ "msi_bus", HARMLESS, { "0", "1" } },
	{ "numa_node", HARMLESS, { "0" } },
	{ "power/autosuspend_delay_ms", HARMLESS, { "0" } },
	{ "power/control", HARMLESS, { "auto" } },
	{ "power/wakeup", HARMLESS, { "enabled", "disabled" } },
	{ "remove", REFUSED, { "1" } },
	{ "rescan", HARMLESS, { "1" } },
	{ "reset", REFUSED, { "1" } },
	{ "reset_method", HARMLESS, { "bus", "default" } },
	{ "reset_subordinate", REFUSED, { "1" } },
	{ "resource*", REFUSED, { NULL } },
	{ "resource*_resize", REFUSED, { "0" } },
	{ "resource*_wc", REFUSED, { NULL } },
	{ "rom", REFUSED, { "1" } },
	{ "sriov_drivers_autoprobe", HARMLESS, { "0", "1" } },
	{ "sriov_numvfs", REFUSED, { "1" } },
	{ "uevent", HARMLESS, { "change" } },
	{ "vpd", REFUSED, { NULL } },
	{ 0 },
};

static int wrong;

/* What may not change whatever is written: registers that decide about DMA */
struct registers {
	uint8_t header[64];
	unsigned int devctl, lnkctl;
};

static struct registers registers_read(const char *bdf)
{
	struct registers r;
	unsigned int exp = pci_cap(bdf, PCI_CAP_ID_EXP);

	memset(&r, 0, sizeof(r));
	for (unsigned int i = 0; i < sizeof(r.header); i += 4)
		*(uint32_t *)(r.header + i) = pci_read(bdf, i, 4);
	/* Status registers change by themselves */
	memset(r.header + PCI_STATUS, 0, 2);
	if (pci_read(bdf, PCI_HEADER_TYPE, 1) & PCI_HEADER_TYPE_MASK)
		memset(r.header + PCI_SEC_STATUS, 0, 2);
	if (exp) {
		r.devctl = pci_read(bdf, exp + PCI_EXP_DEVCTL, 2);
		r.lnkctl = pci_read(bdf, exp + PCI_EXP_LNKCTL, 2);
	}
	return r;
}

static const struct door *door_find(const char *file)
{
	char *name = strdup(file);
	const struct door *d;

	if (!strncmp(name, "resource", 8) && name[8])
		name[8] = '*';
	for (d = doors; d->file; d++) {
		size_t len = strlen(name), end = strlen(d->file);

		if (len >= end && !strcmp(name + len - end, d->file) &&
		    (len == end || name[len - end - 1] == '/'))
			break;
	}
	free(name);
	return d;
}

static int write_text(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, word, strlen(word)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* Registers in configuration space, of the device itself, and its VPD */
static int write_binary(const char *path, const char *file)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), ret = 0;
	uint32_t zero = 0;
	void *map;

	if (fd < 0)
		return -errno;
	if (!strncmp(file, "resource", 8)) {
		map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   0);
		if (map == MAP_FAILED && errno == EINVAL)
			ret = pwrite(fd, &zero, 4, 0) < 0 ? -errno : 0;
		else if (map == MAP_FAILED)
			ret = -errno;
		else
			munmap(map, 4096);
	} else if (pwrite(fd, &zero, !strcmp(file, "vpd") ? 4 : 2,
			  !strcmp(file, "vpd") ? 0 : PCI_COMMAND) < 0) {
		ret = -errno;
	}
	close(fd);
	return ret;
}

static void complain_about(const char *path, const char *what)
{
	say("WRONG: %s: %s", path, what);
	wrong++;
}

static void try_word(const char *bdf, const char *path, enum answer answer,
		     const char *file, const char *word)
{
	struct registers before = registers_read(bdf), after;
	int ret;

	ret = word ? write_text(path, word) : write_binary(path, file);
	if (answer == REFUSED && ret != -EBUSY)
		complain_about(path, ret ? err_name(ret) : "not refused");
	if (!pci_exists(bdf)) {
		FAIL("%s: the device is gone", path);
		return;
	}
	after = registers_read(bdf);
	if (memcmp(&before, &after, sizeof(before)))
		complain_about(path, "registers changed");
}

static void try_file(const char *bdf, const char *file)
{
	char *path = text(DEVICES "/%s/%s", bdf, file);
	const struct door *d = door_find(file);

	if (!d->file)
		complain_about(path, "not in the table");
	else if (!d->words[0])
		try_word(bdf, path, d->answer, file, NULL);
	for (int i = 0; d->file && d->words[i]; i++)
		try_word(bdf, path, d->answer, file, d->words[i]);
	free(path);
}

/* Another function or a service below is a device of its own */
static int is_other_device(const char *name)
{
	unsigned int n;

	return sscanf(name, "%*x:%*x:%*x.%u", &n) == 1;
}

static void walk(const char *bdf, const char *below)
{
	char *dir = text(DEVICES "/%s/%s", bdf, below);
	struct dirent **list;
	struct stat st;
	int n = scandir(dir, &list, NULL, alphasort);

	CHECK(n > 0, "%s: nothing there", dir);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		char *file = text("%s%s", below, name);
		char *path = text(DEVICES "/%s/%s", bdf, file);

		if (*name != '.' && !lstat(path, &st)) {
			if (S_ISREG(st.st_mode) && st.st_mode & 0222) {
				try_file(bdf, file);
			} else if (S_ISDIR(st.st_mode) &&
				   !is_other_device(name)) {
				char *more = text("%s/", file);

				walk(bdf, more);
				free(more);
			}
		}
		free(path);
		free(file);
		free(list[i]);
	}
	free(list);
	free(dir);
}

/* The same registers through procfs */
static void try_proc(const char *bdf)
{
	unsigned int bus, slot, fn;
	char *path;

	CHECK(sscanf(bdf, "%*x:%x:%x.%u", &bus, &slot, &fn) == 3, "%s", bdf);
	path = text("/proc/bus/pci/%02x/%02x.%u", bus, slot, fn);
	try_word(bdf, path, REFUSED, "config", NULL);
	free(path);
}

static void try_slot(const char *bdf)
{
	struct dirent *e;
	DIR *dir = opendir(SLOTS);

	CHECK(dir, SLOTS ": %s", strerror(errno));
	while ((e = readdir(dir))) {
		char *address = text(SLOTS "/%s/address", e->d_name);
		char *power = text(SLOTS "/%s/power", e->d_name);
		char *light = text(SLOTS "/%s/attention", e->d_name);
		char *is = file_read(address, NULL);

		if (is && !strncmp(is, bdf, strlen("0000:00:00"))) {
			try_word(bdf, power, REFUSED, power, "0");
			try_word(bdf, light, HARMLESS, light, "1");
			try_word(bdf, light, HARMLESS, light, "0");
		}
		free(is);
		free(light);
		free(power);
		free(address);
	}
	closedir(dir);
}

/* Without its driver a port still lets through what the device writes */
static void try_port(const char *port)
{
	CHECK_OK(write_text(PORT_DRIVER "/unbind", port));
	CHECK(pci_read(port, PCI_COMMAND, 2) & PCI_COMMAND_MASTER,
	      "%s: without a driver it lets no DMA through", port);
	CHECK_OK(write_text(PORT_DRIVER "/bind", port));
}

static void try_all(const char *when)
{
	say("writing while %s", when);
	for (int i = 0; i < running_count; i++) {
		const char *bdf = running[i].owner.bdf;
		char *port = pci_parent(bdf);

		try_proc(bdf);
		try_proc(port);
		walk(bdf, "");
		walk(port, "");
		try_port(port);
		free(port);
	}
	for (int i = 0; i < running_count; i++)
		try_slot(running[i].owner.bdf);
	CHECK_OK(file_write("/sys/bus/pci/rescan", "1", 1));
	CHECK(!wrong, "%d files gave the wrong answer while %s, see log",
	      wrong, when);
}

static void first(void)
{
	running_open(&running[0], pci_find(ID_HDA, 0), HDA_MEMORY);
	hda_start(&running[0]);
	running_open(&running[1], pci_find(ID_IGB, 0), HDA_MEMORY);
	running_preserve(&running[0], SESSION);
	running_preserve(&running[1], SESSION);
	hda_watch(&running[0]);
	watch_start();
	mark(MARK_USER);
	try_all("preserved");
	hda_check(&running[0]);
	running_prepare();
	running_go();
}

static void second(void)
{
	running_recall();
	try_all("incoming");
	running_retrieve(&running[0]);
	running_retrieve(&running[1]);
	try_all("retrieved");
	running_check_config(&running[0]);
	running_check_config(&running[1]);
	running_finish();
	hda_check(&running[0]);
	mark(MARK_USER);
	hda_stop(&running[0]);
	running_close(&running[0]);
	running_close(&running[1]);
}

#define LIMIT	0.5

static void judge(struct evidence *ev)
{
	struct arrivals a = arrivals_load(ev, "hda");

	judge_running(ev);
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), 100,
		    LIMIT);
	arrivals_free(&a);
}

SCENARIO(sysfs_files) = {
	.name = "running/sysfs-files",
	.proves = "no writable file of sysfs or procfs reaches a device that is handed over",
	.devices = STRINGS(ONE(HDA, 1), ONE(IGB, 2)),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, second },
	.judge = judge,
};
