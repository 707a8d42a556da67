/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preservation of PCI devices across a Live Update: interface for drivers.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#ifndef _LINUX_PCI_LIVEUPDATE_H
#define _LINUX_PCI_LIVEUPDATE_H

#include <linux/errno.h>
#include <linux/types.h>

struct liveupdate_file_handler;
struct pci_dev;
struct pci_liveupdate_slot;
struct pci_saved_state;
struct pci_state_ser;

/**
 * struct pci_liveupdate - Live Update state of a PCI device.
 * @slot:          Where the device is recorded for the next kernel; NULL if it
 *                 is not preserved.
 * @acs_ctrl:      ACS Control as inherited from the previous kernel.
 * @incoming:      Handed over by the previous kernel and not yet finished.
 * @retrieved:     Incoming, and its owner has it back.
 * @frozen:        Preserved, and past the point of no return.
 * @running_out:   Preserved, and runs on through the kexec.
 * @running_in:    Incoming, and ran on through the kexec.
 * @was_preserved: Was incoming when enumerated. Never cleared.
 * @acs_inherited: @acs_ctrl is valid.
 * @inherit_buses: Bridge that was scanned while devices waited for their owners,
 *                 or below one that was: keeps its bus numbers.
 * @keep_windows:  Bridge that was enumerated with running devices below it. Never
 *                 cleared.
 * @lost_buses:    Incoming bridge that had no valid bus numbers when scanned.
 * @pinned:        @upstream and a runtime PM reference are held.
 * @upstream:      Next bridge on the path of an incoming device, referenced, so
 *                 that the path can be walked whatever is removed meanwhile.
 *
 * Written with the lock of drivers/pci/liveupdate.c held, except for
 * @was_preserved, @acs_ctrl, @acs_inherited, @inherit_buses, @keep_windows and
 * @lost_buses, which belong to enumeration. The state flags may be read without a
 * lock.
 */
struct pci_liveupdate {
	struct pci_liveupdate_slot *slot;
	u16 acs_ctrl;
	bool incoming;
	bool retrieved;
	bool frozen;
	bool running_out;
	bool running_in;
	bool was_preserved;
	bool acs_inherited;
	bool inherit_buses;
	bool keep_windows;
	bool lost_buses;
	bool pinned;
	struct pci_dev *upstream;
};

#ifdef CONFIG_PCI_LIVEUPDATE

int pci_liveupdate_register_flb(struct liveupdate_file_handler *fh);
void pci_liveupdate_unregister_flb(struct liveupdate_file_handler *fh);

int pci_liveupdate_preserve(struct pci_dev *dev);
void pci_liveupdate_unpreserve(struct pci_dev *dev);
void pci_liveupdate_set_running(struct pci_dev *dev);

int pci_liveupdate_retrieve(struct pci_dev *dev);
void pci_liveupdate_unretrieve(struct pci_dev *dev);
void pci_liveupdate_finish(struct pci_dev *dev);
void pci_liveupdate_finish_absent(u32 domain, u16 bdf);
bool pci_liveupdate_may_discard(u32 domain, u16 bdf);

bool pci_liveupdate_is_incoming(struct pci_dev *dev);
bool pci_liveupdate_is_tracked(struct pci_dev *dev);
bool pci_liveupdate_is_running(struct pci_dev *dev);
void pci_liveupdate_set_stopped(struct pci_dev *dev);

size_t pci_saved_state_ser_size(const struct pci_saved_state *state);
void pci_saved_state_serialize(const struct pci_saved_state *state,
			       struct pci_state_ser *ser);
bool pci_saved_state_check(const struct pci_state_ser *ser, size_t size);
struct pci_saved_state *
pci_saved_state_deserialize(struct pci_dev *dev,
			    const struct pci_state_ser *ser);

#else /* CONFIG_PCI_LIVEUPDATE */

static inline int pci_liveupdate_register_flb(struct liveupdate_file_handler *fh)
{
	return -EOPNOTSUPP;
}

static inline void pci_liveupdate_unregister_flb(struct liveupdate_file_handler *fh)
{
}

static inline int pci_liveupdate_preserve(struct pci_dev *dev)
{
	return -EOPNOTSUPP;
}

static inline void pci_liveupdate_unpreserve(struct pci_dev *dev)
{
}

static inline void pci_liveupdate_set_running(struct pci_dev *dev)
{
}

static inline int pci_liveupdate_retrieve(struct pci_dev *dev)
{
	return -EOPNOTSUPP;
}

static inline void pci_liveupdate_unretrieve(struct pci_dev *dev)
{
}

static inline void pci_liveupdate_finish(struct pci_dev *dev)
{
}

static inline void pci_liveupdate_finish_absent(u32 domain, u16 bdf)
{
}

static inline bool pci_liveupdate_may_discard(u32 domain, u16 bdf)
{
	return true;
}

static inline bool pci_liveupdate_is_incoming(struct pci_dev *dev)
{
	return false;
}

static inline bool pci_liveupdate_is_tracked(struct pci_dev *dev)
{
	return false;
}

static inline bool pci_liveupdate_is_running(struct pci_dev *dev)
{
	return false;
}

static inline void pci_liveupdate_set_stopped(struct pci_dev *dev)
{
}

#endif /* CONFIG_PCI_LIVEUPDATE */
#endif /* _LINUX_PCI_LIVEUPDATE_H */
