/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One QEMU machine: start, listen, end */
#ifndef TESTBED_HOST_VM_H
#define TESTBED_HOST_VM_H

#include <stdio.h>
#include <sys/types.h>

#include "scenario.h"

/* A growing argument vector */
struct args {
	char **v;
	int n;
};

void args_add(struct args *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void args_free(struct args *a);

/* The machine every run uses, without kernel, console and devices */
void machine_args(struct args *a, const char *iommu, int memory_mb, int smp);

/* Default memory of a variant */
int machine_memory(const char *variant);

/*
 * First initramfs: this program as /init, busybox, the modules and images of
 * the given kernels, the given programs or NULL, @units for a system of its own.
 * Return: inheritable memfd.
 */
int initramfs_build(const char *const *variants, int with_images,
		    const char *const *programs, int units);

/* The image to start with; the silent kernel is made into @dir */
char *vm_kernel(const char *variant, const char *dir, const char *fallback);

struct vm {
	const struct scenario *scenario;
	const char *variant;
	const char *dir;	/* logs of this run */
	double time_scale;

	/* filled by vm_run() */
	enum outcome outcome;
	char *reason;
	double seconds;
};

void vm_run(struct vm *vm);

/* Begins the line of serial.log behind which nothing is judged */
#define OUT_OF_TIME	"[host] out of time"

/*
 * For a machine that has to be ended: registers of all processors, twice with a
 * second between, to registers.log in @dir; then an NMI, which makes the kernel
 * print backtraces.
 */
void standstill_save(const char *dir);

/*
 * QMP: commands, one a line, on a connection of their own. A line that is not
 * an object is part of an event to wait for. NULL or the text of the first
 * error, which ends it.
 */
char *qmp_commands(const char *socket_path, const char *commands);

/* A command for people; what it prints goes to @out. NULL or an error */
char *qmp_monitor(const char *socket_path, const char *command, FILE *out);

#endif
