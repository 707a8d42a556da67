/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_BARS_H
#define HQ_BARS_H

#include "cpr-state.h"
#include "qmp.h"
#include "vm.h"

/**
 * bars_find - Where BARs of passed-through devices are in the guest.
 * @devices: The list of gather().
 * @pci: Answer to query-pci.
 *
 * Return: [[address, size]...], without what is not mapped.
 */
json_t *bars_find(const json_t *devices, const json_t *pci);

/**
 * bars_unmap - Take them out of all address spaces of devices.
 * @vm: The VM, with the BARs.
 * @state: QEMU's state.
 * @iommufd: The iommufd of all devices, borrowed.
 * @err: Filled in on failure.
 *
 * QEMU maps BARs for other devices. They cannot be preserved, and are mapped
 * again when the guest moves them, or switches them off and on. Until then no
 * device reaches the BARs of another one.
 */
int bars_unmap(const struct vm *vm, const struct cpr_state *state,
	       int iommufd, struct hf_error *err);

#endif
