// SPDX-License-Identifier: GPL-2.0-or-later
/* Fault injection and leak detection of the debug kernel */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "log.h"

#define NTH	"/proc/thread-self/fail-nth"
#define FILTER	"/proc/thread-self/make-it-fail"
#define DEBUGFS	"/sys/kernel/debug/"
#define LEAKS	"/sys/kernel/debug/kmemleak"

static void setting(const char *path, const char *value)
{
	int ret = file_write(path, value, strlen(value));

	CHECK(!ret, "%s: %s", path, err_name(ret));
}

int fault_available(void)
{
	return !access(NTH, W_OK) &&
	       !access("/sys/kernel/debug/failslab/times", W_OK);
}

void fault_setup(void)
{
	setting("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	setting("/sys/kernel/debug/failslab/verbose", "0");
	setting("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	setting("/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N");
	setting("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	setting("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	/* Of a kernel with the mock IOMMU, where allocations of iommufd are sites */
	if (!access("/sys/kernel/debug/fail_iommufd", F_OK))
		setting("/sys/kernel/debug/fail_iommufd/verbose", "0");
}

/* One descriptor for good: opening a file passes sites of its own */
static int nth_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(NTH, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		FAIL("%s: %s", NTH, strerror(errno));
	return fd;
}

void fault_arm(int n)
{
	char number[16];
	int fd = nth_fd();

	snprintf(number, sizeof(number), "%d", n);
	if (pwrite(fd, number, strlen(number), 0) < 0)
		FAIL("%s: %s", NTH, strerror(errno));
}

int fault_disarm(void)
{
	char number[16] = "";
	int fd = nth_fd();

	/* What is left to pass; 0 once the fault has fired */
	if (pread(fd, number, sizeof(number) - 1, 0) <= 0 ||
	    pwrite(fd, "0", 1, 0) != 1)
		FAIL("%s: %s", NTH, strerror(errno));
	return atoi(number) == 0;
}

void leak_mark(void)
{
	if (access(LEAKS, W_OK))
		return;
	setting(LEAKS, "scan");
	setting(LEAKS, "clear");
}

static void leak_report(void)
{
	char *report = file_read(LEAKS, NULL);

	if (report && *report) {
		say("%s", report);
		FAIL("memory is lost, see the report above");
	}
	free(report);
}

void leak_check_old(void)
{
	if (access(LEAKS, W_OK))
		return;
	setting(LEAKS, "scan");
	setting(LEAKS, "scan");
	leak_report();
}

/* Number of failures that are left to do; the kernel counts down */
#define MANY	1000000000

static void kind_setting(const char *kind, const char *name, int value)
{
	char *path = text(DEBUGFS "%s/%s", kind, name);
	char *number = text("%d", value);

	setting(path, number);
	free(number);
	free(path);
}

static int kind_failures(const char *kind)
{
	char *path = text(DEBUGFS "%s/times", kind);
	char *left = file_read(path, NULL);
	int n = left ? MANY - atoi(left) : 0;

	free(left);
	free(path);
	return n;
}

static void kind_arm(const char *kind, int space)
{
	kind_setting(kind, "task-filter", 1);
	kind_setting(kind, "interval", 1);
	kind_setting(kind, "times", MANY);
	kind_setting(kind, "space", space < 0 ? 0 : space);
	kind_setting(kind, "probability", space < 0 ? 0 : 100);
}

static void filter(const char *on)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(FILTER, O_RDWR | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, on, 1, 0) != 1)
		FAIL("%s: %s", FILTER, strerror(errno));
}

void fault_arm_all(int slab, int pages)
{
	filter("0");
	kind_arm("failslab", slab);
	kind_arm("fail_page_alloc", pages);
	filter("1");
}

int fault_disarm_all(void)
{
	filter("0");
	return kind_failures("failslab") + kind_failures("fail_page_alloc");
}

/* An object counts as lost when two scans have not found a pointer to it */
void leak_check(void)
{
	if (access(LEAKS, W_OK))
		return;
	setting(LEAKS, "scan");
	sleep(6);
	setting(LEAKS, "scan");
	leak_report();
}
