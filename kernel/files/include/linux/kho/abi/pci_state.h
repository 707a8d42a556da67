/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI saved state ABI
 *
 * What pci_store_saved_state() of one kernel saved of a device, for
 * pci_load_saved_state() of the next. It has no version of its own: it is part of
 * the record of the driver that hands it over, and a change of it is one of that
 * record.
 */

#ifndef _LINUX_KHO_ABI_PCI_STATE_H
#define _LINUX_KHO_ABI_PCI_STATE_H

#include <linux/build_bug.h>
#include <linux/types.h>

/**
 * struct pci_state_cap_ser - Saved registers of one capability.
 * @id:       Capability ID.
 * @extended: 1 for an extended capability, else 0.
 * @size:     Size of @data in bytes, not 0.
 * @data:     The registers, in the order and width in which the PCI core saves
 *            them.
 */
struct pci_state_cap_ser {
	u16 id;
	u16 extended;
	u32 size;
	u8 data[];
} __packed;

/**
 * struct pci_state_ser - Saved state of a device.
 * @size:         Size of all of it in bytes.
 * @nr_caps:      Number of elements in @caps.
 * @config_space: The first 64 bytes of configuration space.
 * @caps:         &struct pci_state_cap_ser, one after the other.
 */
struct pci_state_ser {
	u32 size;
	u32 nr_caps;
	u32 config_space[16];
	u8 caps[];
} __packed;

static_assert(sizeof(struct pci_state_cap_ser) == 8);
static_assert(sizeof(struct pci_state_ser) == 72);

#endif /* _LINUX_KHO_ABI_PCI_STATE_H */
