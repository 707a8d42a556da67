/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges of devices that run on: the DMA that the watcher of the memory saw,
 * the traffic that the host sent, and what may not happen to the device, to
 * the bridges above it and to the IOMMU meanwhile.
 */
#ifndef TESTBED_HOST_CONTINUITY_H
#define TESTBED_HOST_CONTINUITY_H

#include "witness.h"

/* Changes of a watched row of memory, in order of time */
struct arrivals {
	char name[32];
	double *times;
	size_t n;
};

struct arrivals arrivals_load(struct evidence *ev, const char *name);
void arrivals_free(struct arrivals *a);

/* How many there were between the ends of the span, and the largest gap */
struct flow {
	size_t n;
	double largest_gap;	/* seconds, the ends of the span included */
};

struct flow flow_of(const struct evidence *ev, const struct arrivals *a,
		    struct span s);

/*
 * At least @n, with no gap above @seconds (0: any), which are more if the kexec
 * takes long on this host.
 */
struct flow expect_flow(struct evidence *ev, const struct arrivals *a,
			struct span s, size_t n, double seconds);

/* The same of a source that ends after @n, of which the last may come early */
void expect_all_of(struct evidence *ev, const struct arrivals *a,
		   struct span s, size_t n, double seconds);

/*
 * What the guest says in kernel @k it received by then @when ("received WHEN:
 * N lost ...") is all that the host sent.
 */
void expect_all_received(struct evidence *ev, int k, const char *when);

/*
 * From MARK_USER of the first kernel to that of the second at least @n packets came,
 * with no gap above @seconds, and all that the host sent, as expect_all_received().
 */
void expect_packets(struct evidence *ev, size_t n, double seconds);

/* The same of @n reads of a drive, some of which completed between the kernels */
void expect_reads(struct evidence *ev, size_t n, double seconds);

/*
 * Each device of which a guest said "running ADDRESS in SESSION", over each
 * kexec up to the end of its session: not reset, its power state, decoding,
 * bus mastering, BARs and interrupt set-up left alone, as are windows and bus
 * mastering of the bridges above. The IOMMU translates all the time, with the
 * root table it had, and sees no fault.
 */
void judge_running(struct evidence *ev);

/*
 * The same of owners that set up interrupts between MARK_RETRIEVE, or MARK_INIT where the
 * stage starts later than they do, and MARK_FINISHED.
 */
void judge_running_owned(struct evidence *ev);

/* Parts of it: a device up to another marker of the next kernel */
void judge_running_device(struct evidence *ev, int k, const char *bdf,
			  unsigned int until);
/* All devices but this one (NULL: all), without what is said of faults */
void judge_running_states(struct evidence *ev, const char *aside);

/* Of no device, or no other one than @but */
void expect_no_faults(struct evidence *ev, const char *but);

/* DMAs of the device that the IOMMU blocked, in place of those that landed */
struct arrivals faults_of(const struct evidence *ev, const char *bdf);

/* Packets that the only NIC wrote to memory. Needs RECEIVE_TRACES. */
#define RECEIVE_TRACES	STRINGS("e1000e_rx_written_to_guest")

struct arrivals received_of(const struct evidence *ev);

/* Between these events translation stays on, with the root table that it had */
void expect_translation(struct evidence *ev, struct span s);

/* Between these events interrupt remapping stays on */
void expect_remapping(struct evidence *ev, struct span s);

/*
 * The device of hda_start_irqs() sent interrupt requests from the reboot until after
 * the new kernel had set up remapping, and none got through. Needs IRQ_TRACES.
 */
#define IRQ_TRACES	STRINGS("vtd_ir_remap_msi_req", "vtd_ir_remap_msi")

void expect_blocked_irqs(struct evidence *ev, struct span s);

/* Between these events no virtual function of any device appears or goes */
void expect_vfs(struct evidence *ev, struct span s);

/* Bytes that kho_count() found in the guest by this name, -1: none */
long long kho_counted(const struct evidence *ev, const char *name);

/* What the guest had counted by these names is the same number of bytes */
void expect_same_kho(struct evidence *ev, const char *a, const char *b);

/* "NAME: N DMAs, largest gap ... ms before, ... ms over the update" */
void note_gaps(struct evidence *ev, const struct arrivals *a, int k,
	       unsigned int from, unsigned int to);

#endif
