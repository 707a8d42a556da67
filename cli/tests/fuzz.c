// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files of the system with anything in them: the program says what it makes of
 * them, as a document, and does not fall over.
 *
 * usage: fuzz [ROUNDS [SEED]]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json-check.h"
#include "kernel.h"
#include "spec.h"

#define DEV	"/sys/devices/pci0000:00/0000:01:00.0"

/* Files that are read, and what a damaged one may be made of */
static const struct {
	const char *path;
	const char *seed;
} files[] = {
	{ DEV "/config", "" },
	{ DEV "/power_state", "D3hot\n" },
	{ DEV "/sriov_numvfs", "2\n" },
	{ DEV "/liveupdate/state", "incoming preserved\n" },
	{ DEV "/liveupdate/preservable", "no: 0000:00:01.0 is odd\n" },
	{ DEV "/class", "0x030000\n" },
	{ "/proc/cmdline", "a=\"b c\" kho=on -- liveupdate=on\n" },
	{ "/proc/interrupts", " 1: vfio-intx(0000:01:00.0)\n" },
	{ "/proc/812/comm", "vmm\n" },
	{ "/proc/sys/kernel/osrelease", "7.3.4-holdfast\n" },
	{ "/proc/sys/kernel/kexec_load_limit_reboot", "-1\n" },
	{ "/boot/config-7.3.4-holdfast", "CONFIG_VFIO_PCI=m\nCONFIG_" },
	{ "/etc/holdfast.conf",
	  "[device 01:00.0]\nid = 8086:10c9\ndriver = igb\n#\n[x]\n" },
	{ "/run/holdfast/next", "kernel=/boot/vmlinuz\ncmdline=x\nrunning=1\n" },
	{ "/sys/kernel/kexec_loaded", "1\n" },
	{ "/sys/kernel/debug/liveupdate/sessions",
	  "incoming waiting a\n\ttoken=0x1 handler=b state=no-handler\noutgoing open c\n" },
	{ "/sys/kernel/debug/kho/in/sub_fdts/kexec-metadata", "" },
};

static void damage(const char *root, size_t i)
{
	uint8_t data[4200];
	size_t len = strlen(files[i].seed);

	memcpy(data, files[i].seed, len);
	if (!len || !(rand() % 4)) {
		len = (size_t[]){ 0, 1, 63, 64, 73, 255, 256, 4096,
				  4097 }[rand() % 9];
		for (size_t n = 0; n < len; n++)
			data[n] = rand();
		/* Else lists of capabilities would hardly ever be walked */
		if (len > 64) {
			data[6] |= 0x10;
			data[0x34] = 0x40;
		}
	}
	for (int n = rand() % 4; n && len; n--)
		data[(size_t)rand() % len] = rand();
	if (len && !(rand() % 3))
		len = (size_t)rand() % len;
	tree_data(root, files[i].path, data, len);
}

/* @words up to NULL */
static const char *run(const char *root, const char *const *words)
{
	char *argv[8] = { (char *)"holdfast", (char *)"--root", (char *)root,
			  (char *)"--json" };
	int argc = 4;
	char *text, *errors;
	const char *wrong;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	FILE *err = open_memstream(&errors, &len);

	kernel_begin(root, "");
	while (*words)
		argv[argc++] = (char *)*words++;
	cli_run(argc, argv, &kernel_env, out, err);
	free(kernel_end());
	fclose(out);
	fclose(err);
	wrong = json_check(text);
	if (wrong)
		printf("%s\n", text);
	free(text);
	free(errors);
	return wrong;
}

int main(int argc, char **argv)
{
	static const char *const verbs[][4] = {
		{ "check" }, { "status" }, { "list" },
		{ "bind", "--persisted", "--dry-run" },
	};
	unsigned int rounds = argc > 1 ? atoi(argv[1]) : 300;
	unsigned int seed = argc > 2 ? atoi(argv[2]) : 1;
	char root[] = "/tmp/holdfast-XXXXXX";
	int failed = 0;

	if (!mkdtemp(root) || tree_make(root, "ready+preserved+origin"))
		return 1;
	for (unsigned int i = 0; i < rounds && !failed; i++) {
		srand(seed + i);
		for (int n = 1 + rand() % 3; n; n--)
			damage(root, (size_t)rand() % ARRAY_SIZE(files));
		for (size_t v = 0; v < ARRAY_SIZE(verbs); v++) {
			const char *wrong = run(root, verbs[v]);

			if (!wrong)
				continue;
			printf("not ok %s, seed %u: %s\n", *verbs[v], seed + i,
			       wrong);
			failed = 1;
		}
	}
	tree_remove(root);
	printf("%u rounds\n", rounds);
	return failed || !rounds;
}
