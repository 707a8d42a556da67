/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by scenarios whose virtual functions keep running */
#ifndef TESTBED_SCENARIOS_SRIOV_H
#define TESTBED_SCENARIOS_SRIOV_H

#include "continuity.h"
#include "marker.h"
#include "pci.h"
#include "queue.h"
#include "vf.h"
#include "watch.h"

/* VFIO enables virtual functions on request only */
#define SRIOV_ALLOWED	"vfio-pci.enable_sriov=1"

/*
 * A driver that is unbound from a physical function removes the virtual ones without
 * pci_rescan_remove_lock; stock's pci_stop_and_remove_bus_device() complains under
 * lockdep.
 */
#define SRIOV_UNBIND_LOG \
	STRINGS("WARNING: .* at pci_stop_and_remove_bus_device", "Call Trace:")

/* A kernel boots longer than a busy host may hold up QEMU */
#define PACKET_GAP	1

#define READS		600	/* 50 a second: 12 s */
#define READ_GAP	0.5

/* Preserve an nvme and its virtual function for two owners, and let the latter read */
static inline void reads_start(struct running *pf, const char *parent,
			       struct running *vf, const char *child)
{
	vf_open_nvme(pf, 1);
	running_open(vf, pci_find(ID_NVME, 1), QUEUE_MEMORY);
	queue_open(vf);
	running_preserve(vf, child);
	running_preserve(pf, parent);
	running_prepare();
	queue_watch(vf, READS);
	watch_start();
	mark(MARK_USER);
	queue_start(vf, READS);
}

#endif
