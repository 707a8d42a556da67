// SPDX-License-Identifier: GPL-2.0-or-later
/* The judge of plain live updates: what every preserved device is promised */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pci_regs.h>

#include "marker.h"
#include "util.h"
#include "witness.h"

#define DECODE_AND_MASTER \
	(PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)

/*
 * What the next kernel may write to a preserved function before its owner is
 * back. The device is idle, so nothing here disturbs it; but nothing may wake
 * it up either.
 */
const struct config_rule boot_writes[] = {
	{ 0, PCI_COMMAND, 2, DECODE_AND_MASTER,
	  "command: decode off to size BARs, INTx masking probed" },
	{ 0, PCI_BASE_ADDRESS_0, 24, 0, "BARs: sized and put back" },
	{ 0, PCI_ROM_ADDRESS, 4, PCI_ROM_ADDRESS_ENABLE,
	  "ROM address: sized and put back" },
	{ 0, PCI_INTERRUPT_LINE, 1, 0, "interrupt line: number recorded" },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR,
	  "device control: payload size, ordering, tags" },
	{ PCI_CAP_ID_EXP, PCI_EXP_LNKCTL, 2,
	  PCI_EXP_LNKCTL_LD | PCI_EXP_LNKCTL_RL,
	  "link control: link power states" },
	{ PCI_CAP_ID_MSI, PCI_MSI_FLAGS, 2, PCI_MSI_FLAGS_ENABLE,
	  "MSI: off until it is set up again" },
	{ PCI_CAP_ID_MSIX, PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE,
	  "MSI-X: off until it is set up again" },
	{ EXT_CAP(PCI_EXT_CAP_ID_ERR), PCI_ERR_UNCOR_STATUS, 0x18, 0,
	  "error reporting: old errors cleared, set up" },
	{ EXT_CAP(PCI_EXT_CAP_ID_SRIOV), PCI_SRIOV_CTRL, 2,
	  PCI_SRIOV_CTRL_VFE, "SR-IOV control: off" },
	{ EXT_CAP(PCI_EXT_CAP_ID_SRIOV), PCI_SRIOV_NUM_VF, 2, 0,
	  "SR-IOV: offset and stride read for each number" },
	{ EXT_CAP(PCI_EXT_CAP_ID_SRIOV), PCI_SRIOV_SYS_PGSIZE, 4, 0,
	  "SR-IOV: page size" },
	{ EXT_CAP(PCI_EXT_CAP_ID_SRIOV), PCI_SRIOV_BAR, 24, 0,
	  "SR-IOV: BARs sized and put back" },
	{ 0 },
};

/*
 * What binding the owner's driver may write: nothing. The device is left as it
 * is until it is opened, also by those who try the doors meanwhile.
 */
static const struct config_rule bind_writes[] = {
	{ 0 },
};

static const char *model_of(const char *id)
{
	static const struct {
		const char *id;
		const char *model;
	} models[] = {
		{ "1234:11e8", "edu" },
		{ "8086:10d3", "e1000e" },
		{ "8086:10c9", "igb" },
		{ "1b36:0010", "nvme" },
		{ "1af4:1041", "virtio-net-pci" },
		{ "1b36:000d", "qemu-xhci" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(models); i++)
		if (!strcmp(models[i].id, id))
			return models[i].model;
	return NULL;
}

/* The model says which device it is only if it is the only one */
static const char *unique_model(const struct evidence *ev, const char *bdf,
				const char *id)
{
	char *pattern = text("hf: pci [0-9a-f:.]+ id=%s ", id);
	int n = log_count(ev, 0, pattern);

	free(pattern);
	(void)bdf;
	return n == 1 ? model_of(id) : NULL;
}

static void judge_one(struct evidence *ev, int k, const char *bdf)
{
	const struct pci_function *f = pci_function(ev, bdf);
	struct span old = span_gap_old(ev, k), boot, bound, back, done;
	const char *model;
	char id[16];

	if (!f) {
		complain(ev, "log: %s was preserved but never announced", bdf);
		return;
	}
	snprintf(id, sizeof(id), "%s", f->id);
	model = unique_model(ev, bdf, id);

	boot = span_gap_new(ev, k);
	back = span_markers(ev, k + 1, MARK_INIT, k + 1, MARK_BIND);
	bound = span_markers(ev, k + 1, MARK_BIND, k + 1, MARK_RETRIEVE);
	done = span_markers(ev, k + 1, MARK_INIT, k + 1, MARK_FINISHED);

	expect_resets(ev, old, bdf, model, 1);
	back.from = boot.from;
	done.from = boot.from;
	expect_resets(ev, done, bdf, model, 0);
	expect_config_writes(ev, back, bdf, boot_writes);
	expect_config_writes(ev, bound, bdf, bind_writes);
	expect_bars_in_place(ev, done, bdf);
}

void judge_updates(struct evidence *ev)
{
	int seen = 0, last = 0;

	for (size_t i = 0; i < ev->n_lines; i++) {
		const struct log_line *l = &ev->lines[i];
		const char *p = strstr(l->text, "hf: preserved 0000:");
		char bdf[16];

		if (!p || sscanf(p, "hf: preserved 0000:%15s", bdf) != 1)
			continue;
		judge_one(ev, l->kernel, bdf);
		if (l->kernel != last)
			expect_bus_numbers(ev, span_gap_new(ev, l->kernel));
		last = l->kernel;
		seen++;
	}
	if (!seen)
		complain(ev, "log: the guest preserved no device");
	if (count_dmar_faults(ev, span_all(ev)))
		complain(ev, "the IOMMU reported %d faults",
			 count_dmar_faults(ev, span_all(ev)));
}
