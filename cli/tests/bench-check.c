// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "holdfast check" of a host with 64 devices and 50,000 open files takes less
 * than a second of CPU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"
#include "spec.h"

#define DEVICES		64
#define PROCESSES	50
#define FILES		1000
#define BOUND		1.0	/* seconds */

static void make_devices(const char *root)
{
	char bdf[32], group[8], path[128], target[128];

	for (int i = 0; i < DEVICES; i++) {
		snprintf(bdf, sizeof(bdf), "0000:%02x:00.0", 0x10 + i);
		snprintf(group, sizeof(group), "%d", 100 + i);
		spec_device(root, bdf, "0x020000", "vfio-pci", group);
		snprintf(path, sizeof(path),
			 "/sys/devices/pci0000:00/%s/vfio-dev/vfio%d/dev", bdf,
			 10 + i);
		tree_file(root, path, "511:%d\n", 10 + i);
		snprintf(path, sizeof(path), "/sys/class/vfio-dev/vfio%d",
			 10 + i);
		snprintf(target, sizeof(target),
			 "../../devices/pci0000:00/%s/vfio-dev/vfio%d", bdf,
			 10 + i);
		tree_link(root, path, target);
	}
}

static void make_files(const char *root)
{
	char path[512];

	for (int i = 0; i < PROCESSES; i++) {
		char pid[16];

		snprintf(pid, sizeof(pid), "%d", 2000 + i);
		spec_process(root, pid, "bystander", 0, "/dev/null");
		for (int fd = 1; fd < FILES; fd++) {
			snprintf(path, sizeof(path), "%s/proc/%s/fd/%d", root,
				 pid, fd);
			if (symlink("socket:[4711]", path))
				abort();
		}
		snprintf(path, sizeof(path), "/proc/%s/fd/%d", pid, FILES);
		snprintf(pid, sizeof(pid), "vfio%d", 10 + i);
		tree_link(root, path, "/dev/vfio/devices/vfio10");
	}
}

int main(void)
{
	char root[] = "/tmp/holdfast-XXXXXX", *text, *calls;
	char *argv[] = { (char *)"holdfast", (char *)"--root", root,
			 (char *)"check", NULL };
	size_t len;
	FILE *out = open_memstream(&text, &len);
	double seconds;
	clock_t begin;

	if (!mkdtemp(root) || tree_make(root, "ready"))
		return 1;
	make_devices(root);
	make_files(root);
	kernel_begin(root, "");
	begin = clock();
	cli_run(4, argv, &kernel_env, out, stderr);
	seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	calls = kernel_end();
	fclose(out);
	tree_remove(root);
	printf("%.3f s for %d devices and %d files\n", seconds, DEVICES,
	       PROCESSES * FILES);
	/* That it looked at them all */
	if (!strstr(text, "0000:4f:00.0: it can be preserved") ||
	    !strstr(text, "process 2049 (bystander) has it open")) {
		fputs(text, stdout);
		return 1;
	}
	free(calls);
	free(text);
	return seconds > BOUND;
}
