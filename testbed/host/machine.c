// SPDX-License-Identifier: GPL-2.0-or-later
/* The emulated machine: what is the same in every run */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "vm.h"

void args_add(struct args *a, const char *fmt, ...)
{
	va_list ap;

	a->v = realloc(a->v, (a->n + 2) * sizeof(*a->v));
	if (!a->v)
		abort();
	va_start(ap, fmt);
	if (vasprintf(&a->v[a->n++], fmt, ap) < 0)
		abort();
	va_end(ap);
	a->v[a->n] = NULL;
}

void args_free(struct args *a)
{
	for (int i = 0; i < a->n; i++)
		free(a->v[i]);
	free(a->v);
	memset(a, 0, sizeof(*a));
}

/*
 * TCG: KVM is not usable in many places where the tests must run, and what is
 * proven here does not depend on it. One thread for all processors: with one
 * for each a processor now and then sleeps for good with an interrupt in
 * service that nobody ends; it is not slower on a busy host. The address width
 * of the IOMMU is pinned because its default differs between versions of QEMU.
 */
void machine_args(struct args *a, const char *iommu, int memory_mb, int smp)
{
	args_add(a, "qemu-system-x86_64");
	args_add(a, "-machine");
	args_add(a, "q35,kernel-irqchip=split");
	args_add(a, "-accel");
	args_add(a, "tcg,thread=single");
	args_add(a, "-cpu");
	/*
	 * Without 5-level paging: KASAN asks the boot processor's feature bits
	 * for the level, and an interrupt that comes while the kernel reads
	 * them anew finds none and makes a false report.
	 */
	args_add(a, "max,la57=off");
	args_add(a, "-smp");
	args_add(a, "%d", smp);
	args_add(a, "-m");
	args_add(a, "%dM", memory_mb);
	args_add(a, "-nodefaults");
	args_add(a, "-no-reboot");
	args_add(a, "-display");
	args_add(a, "none");
	args_add(a, "-device");
	args_add(a, "%s", iommu ?:
		 "intel-iommu,intremap=on,caching-mode=on,aw-bits=48");
}

/*
 * The debug kernel needs room for its shadow memory and scratch areas. With memory
 * above 4 GiB the firmware moves 64-bit BARs there, too, and registers of QEMU 10's
 * igb virtual functions read as 0 there.
 */
int machine_memory(const char *variant)
{
	return strcmp(variant, "debug") ? 1024 : 2800;
}
