/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges of what the devices really saw. Each complains about what it finds;
 * functions that count leave the judgement to the scenario.
 *
 * A function is named as in QEMU's trace: "02:00.0".
 */
#ifndef TESTBED_HOST_WITNESS_H
#define TESTBED_HOST_WITNESS_H

#include "evidence.h"

/* A part of the run: events [from, to) */
struct span {
	size_t from;
	size_t to;
};

struct span span_all(const struct evidence *ev);
/* Between two kernels, after kernel @k: all, up to shutdown, from boot on */
struct span span_gap(struct evidence *ev, int k);
struct span span_gap_old(struct evidence *ev, int k);
struct span span_gap_new(struct evidence *ev, int k);
/* From a marker to another one; both must be there */
struct span span_markers(struct evidence *ev, int k_from, unsigned int from,
			 int k_to, unsigned int to);

/* A PCI function as the first kernel described it */
struct pci_function {
	char bdf[16];
	char id[16];
	char parent[16];
	unsigned int exp, pm, msi, msix;	/* capabilities, 0: none */
	unsigned int acs, aer, sriov;
	unsigned int secondary, subordinate;	/* bridges */
};

const struct pci_function *pci_function(struct evidence *ev, const char *bdf);
const struct pci_function *pci_function_by_id(struct evidence *ev,
					      const char *id, int n);

/* How often the models of this name were reset, all instances together */
int count_resets(const struct evidence *ev, struct span s, const char *model);

/* Is this event the reset of the function by itself, and how? */
enum reset_kind { RESET_NONE, RESET_FLR, RESET_PM };

enum reset_kind reset_by(const struct pci_function *f,
			 const struct trace_event *e);

/*
 * Reset requests in config space that hit the function. A return from D3hot
 * counts: the device may lose its state then, though the models of QEMU do
 * not.
 */
struct resets {
	int flr;
	int bus;
	int pm;
};

struct resets count_reset_requests(struct evidence *ev, struct span s,
				   const char *bdf);

/*
 * The function must have been reset @n times. Where it is the only one of its
 * kind give its model too: what that saw has to agree.
 */
void expect_resets(struct evidence *ev, struct span s, const char *bdf,
		   const char *model, int n);

/**
 * struct config_rule - a config write that has an explanation
 * @cap:	what @offset is relative to: 0 or a capability id; extended
 *		ones with 0x1000 added
 * @offset:	first byte
 * @size:	number of bytes
 * @mask:	bits that the write may not set; 0 lets any value pass
 * @why:	the explanation
 */
struct config_rule {
	unsigned int cap;
	unsigned int offset;
	unsigned int size;
	unsigned int mask;
	const char *why;
};

#define EXT_CAP(id)	(0x1000 + (id))

/* What explains the write, or NULL */
const struct config_rule *
explain_config_write(const struct pci_function *f,
		     const struct trace_event *e,
		     const struct config_rule *rules);

/* What a new kernel may write to a preserved function on its own */
extern const struct config_rule boot_writes[];

/* Each write to the function must be explained by a rule (cap ends: why) */
void expect_config_writes(struct evidence *ev, struct span s, const char *bdf,
			  const struct config_rule *rules);
int count_config_writes(const struct evidence *ev, struct span s,
			const char *bdf);

/* No bridge gets other bus numbers than the first kernel found */
void expect_bus_numbers(struct evidence *ev, struct span s);

/* At the end of the span each BAR is where it was before it */
void expect_bars_in_place(struct evidence *ev, struct span s,
			  const char *bdf);

/* BARs that were mapped within the span, and how many of them elsewhere */
struct bars {
	int mapped;
	int moved;
};

struct bars count_bars(const struct evidence *ev, struct span s,
		       const char *bdf);

/*
 * All of the above for each device that a guest says it preserved, in each
 * gap: reset once before the old kernel ends and not again before its owner
 * has finished; left alone until its owner comes for it; at its old place.
 */
void judge_updates(struct evidence *ev);

/* The same for one update of two kernels, and the log has nothing but it */
void judge_plain_update(struct evidence *ev);

/*
 * From the reboot to the next init no bridge above a preserved device has its
 * bus mastering turned off, so that what is under way comes through.
 */
void judge_bus_master(struct evidence *ev);

int count_dmar_faults(const struct evidence *ev, struct span s);

#endif
