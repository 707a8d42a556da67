/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the devices saw: QEMU's trace as a list of events */
#ifndef TESTBED_HOST_TRACE_H
#define TESTBED_HOST_TRACE_H

#include <stddef.h>

enum trace_kind {
	TRACE_MARKER,		/* written by the guest, see marker.h */
	TRACE_CFG_WRITE,
	TRACE_BAR_ADD,
	TRACE_BAR_DEL,
	TRACE_PM,		/* D-state change: offset old, value new */
	TRACE_RESET,		/* the device model was reset */
	TRACE_DMAR_ENABLE,	/* value: translation on or off */
	TRACE_DMAR_ROOT,	/* address: of the root table that was set */
	TRACE_DMAR_COMMAND,	/* offset: status before, value: command */
	TRACE_DMAR_FAULT,
	TRACE_IR_ENABLE,	/* value: interrupt remapping on or off */
	TRACE_IR_TABLE,		/* address and size, in entries */
	TRACE_IR_REQUEST,	/* address: of a request, only with .traces */
	TRACE_IR_PASSED,	/* the same, one that became an interrupt */
	TRACE_NVME_CFG,		/* controller configuration written */
	TRACE_RECEIVED,		/* a packet is in memory, only with .traces */
	TRACE_VFS,		/* virtual functions enabled (1) or disabled (0) */
};

/*
 * Where in the life of the machine an event is. The gap between two kernels
 * starts at the marker before reboot(KEXEC) and ends at the marker of the next
 * init. Its old half (freeze, shutdown) ends where the next kernel starts to
 * size the BARs of the host bridge: the first act of its PCI scan.
 */
enum trace_half { HALF_RUN, HALF_GAP_OLD, HALF_GAP_NEW };

struct trace_event {
	enum trace_kind kind;
	enum trace_half half;
	int kernel;		/* 0 is the firmware; a gap has the old number */
	unsigned int marker;	/* last marker code of this kernel */
	char device[32];	/* name of the device model */
	char bdf[16];		/* "02:00.0", empty for TRACE_RESET */
	unsigned int offset;	/* TRACE_DMAR_FAULT: reason; value: is a write */
	unsigned int value;
	unsigned long object;	/* TRACE_RESET: which instance */
	unsigned long address;	/* TRACE_BAR_*: where; TRACE_DMAR_* */
	unsigned long size;
	double time;		/* seconds, wall clock of the host */
};

/* Events to switch on, NULL-terminated */
extern const char *const trace_events[];

void trace_load(const char *path, struct trace_event **ret_events,
		size_t *ret_n);

#endif
