// SPDX-License-Identifier: GPL-2.0-or-later
/* The verb "vm": a kernel, any devices, a shell. The tool for experiments. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"
#include "trace.h"
#include "util.h"
#include "vm.h"

static const char help[] =
"usage: holdfast-testbed vm [OPTIONS] [-- QEMU-ARGUMENT...]\n"
"\n"
"Boots a kernel on the machine of the scenarios, serial console on the\n"
"terminal (Ctrl-a x ends it). Without --initrd there is a busybox shell, and\n"
"the kernel itself as /boot/VARIANT/bzImage for the next kexec.\n"
"\n"
"  --variant V    kernel variant, default prod\n"
"  --kernel FILE  or any bzImage\n"
"  --initrd FILE  another initramfs\n"
"  --append TEXT  more words for the kernel command line\n"
"  --memory MB    default is that of the variant\n"
"  --smp N        processors, default 2\n"
"  --trace FILE   trace config writes, BARs, resets of devices into FILE\n"
"  --dry-run      print the command line of QEMU, do not run it\n"
"\n"
"example: vm --variant stock -- -device pcie-root-port,id=rp,chassis=1 \\\n"
"            -device edu,bus=rp\n";

static struct vm_options {
	const char *variant;
	const char *kernel;
	const char *initrd;
	const char *append;
	const char *trace;
	int memory;
	int smp;
	int dry_run;
} o = { .variant = "prod", .append = "", .smp = 2 };

static int parse_options(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "variant", required_argument, NULL, 'V' },
		{ "kernel", required_argument, NULL, 'K' },
		{ "initrd", required_argument, NULL, 'i' },
		{ "append", required_argument, NULL, 'a' },
		{ "memory", required_argument, NULL, 'm' },
		{ "smp", required_argument, NULL, 's' },
		{ "trace", required_argument, NULL, 't' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longopts, NULL)) >= 0)
		switch (c) {
		case 'V':
			o.variant = optarg;
			break;
		case 'K':
			o.kernel = optarg;
			break;
		case 'i':
			o.initrd = optarg;
			break;
		case 'a':
			o.append = optarg;
			break;
		case 'm':
			o.memory = atoi(optarg);
			break;
		case 's':
			o.smp = atoi(optarg);
			break;
		case 't':
			o.trace = optarg;
			break;
		case 'n':
			o.dry_run = 1;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			fputs(help, stderr);
			return 2;
		}
	return -1;
}

static void kernel_args(struct args *a)
{
	char *image = o.kernel ? strdup(o.kernel) : kernel_image(o.variant);

	if (!image)
		fatal("vm: kernel variant '%s' is not built: run './run kernel --variant %s'",
		      o.variant, o.variant);
	args_add(a, "-kernel");
	args_add(a, "%s", image);
	args_add(a, "-initrd");
	if (o.initrd)
		args_add(a, "%s", o.initrd);
	else
		args_add(a, "/proc/self/fd/%d",
			 initramfs_build(STRINGS(o.variant), 1, NULL,
					 0));
	args_add(a, "-append");
	args_add(a, "console=ttyS0,115200 earlyprintk=ttyS0,115200 panic=-1 "
		 "no_timer_check kho=on liveupdate=on intel_iommu=on%s %s",
		 strcmp(o.variant, "debug") ? "" :
		 " kho_scratch=512M,128M,0", o.append);
	args_add(a, "-serial");
	args_add(a, "mon:stdio");
	free(image);
}

int verb_vm(int argc, char **argv)
{
	struct args a = { 0 };
	int ret = parse_options(argc, argv);

	if (ret >= 0)
		return ret;
	machine_args(&a, NULL,
		     o.memory ? o.memory : machine_memory(o.variant), o.smp);
	kernel_args(&a);
	if (o.trace) {
		for (const char *const *e = trace_events; *e; e++) {
			args_add(&a, "-trace");
			args_add(&a, "enable=%s", *e);
		}
		args_add(&a, "-D");
		args_add(&a, "%s", o.trace);
	}
	for (; optind < argc; optind++)
		args_add(&a, "%s", argv[optind]);

	if (o.dry_run) {
		for (int i = 0; i < a.n; i++)
			printf("%s\n", a.v[i]);
		return 0;
	}
	execvp(a.v[0], a.v);
	fatal("vm: %s cannot be started: is QEMU installed?", a.v[0]);
}
