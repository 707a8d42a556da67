/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preservation of vfio-pci devices across a Live Update: shared by the two sides.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#ifndef VFIO_PCI_LIVEUPDATE_H
#define VFIO_PCI_LIVEUPDATE_H

#include <linux/kho/abi/vfio_pci.h>
#include <linux/vfio.h>

#include "vfio_pci_priv.h"

struct liveupdate_file_op_args;

/* How long to wait for whoever is busy with the device, in ms. */
#define VFIO_PCI_LIVEUPDATE_LOCK_MS	1000

static inline struct vfio_pci_core_device *
vfio_pci_liveupdate_vdev(struct file *file)
{
	return container_of(vfio_device_from_file(file),
			    struct vfio_pci_core_device, vdev);
}

static inline bool
vfio_pci_liveupdate_runs(const struct vfio_pci_device_ser *ser)
{
	return ser->flags & VFIO_PCI_LIVEUPDATE_RUNNING;
}

static inline u32 vfio_pci_liveupdate_size(u32 flags)
{
	return flags & VFIO_PCI_LIVEUPDATE_VF_TOKEN ?
	       sizeof(struct vfio_pci_device_ser) :
	       offsetof(struct vfio_pci_device_ser, vf_token);
}

static inline struct vfio_pci_state_ser *
vfio_pci_liveupdate_state(struct vfio_pci_device_ser *ser)
{
	return (void *)ser + ser->size;
}

int vfio_pci_liveupdate_retrieve(struct liveupdate_file_op_args *args);
void vfio_pci_liveupdate_unretrieve(struct liveupdate_file_op_args *args);
bool vfio_pci_liveupdate_can_finish(struct liveupdate_file_op_args *args);
bool vfio_pci_liveupdate_can_discard(struct liveupdate_file_op_args *args);
void vfio_pci_liveupdate_finish(struct liveupdate_file_op_args *args);

#endif /* VFIO_PCI_LIVEUPDATE_H */
