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
 * enum pci_liveupdate_out - What the next kernel is given of a device.
 * @PCI_LIVEUPDATE_OUT_NONE:      Nothing.
 * @PCI_LIVEUPDATE_OUT_PRESERVED: The device is recorded, and may be given up.
 * @PCI_LIVEUPDATE_OUT_FROZEN:    The device was shut down for the kexec, and nothing
 *                                may change any more.
 */
enum pci_liveupdate_out {
	PCI_LIVEUPDATE_OUT_NONE,
	PCI_LIVEUPDATE_OUT_PRESERVED,
	PCI_LIVEUPDATE_OUT_FROZEN,
};

/**
 * enum pci_liveupdate_in - What the previous kernel gave of a device.
 * @PCI_LIVEUPDATE_IN_NONE:      Nothing, or the device is finished or gone.
 * @PCI_LIVEUPDATE_IN_FOUND:     The device is being enumerated as the previous kernel
 *                               left it.
 * @PCI_LIVEUPDATE_IN_REPLUGGED: The device is being enumerated again. It was
 *                               unplugged since, and has nothing to inherit.
 * @PCI_LIVEUPDATE_IN_WAITING:   The device waits for its owner. From here on its
 *                               path and a runtime PM reference are held.
 * @PCI_LIVEUPDATE_IN_RETRIEVED: The owner has the device back, but has not finished.
 *
 * A bridge waits until all devices below it are finished.
 */
enum pci_liveupdate_in {
	PCI_LIVEUPDATE_IN_NONE,
	PCI_LIVEUPDATE_IN_FOUND,
	PCI_LIVEUPDATE_IN_REPLUGGED,
	PCI_LIVEUPDATE_IN_WAITING,
	PCI_LIVEUPDATE_IN_RETRIEVED,
};

/**
 * struct pci_liveupdate - Live Update state of a PCI device.
 * @slot:          Where the device is recorded for the next kernel, valid unless
 *                 @out is %PCI_LIVEUPDATE_OUT_NONE.
 * @upstream:      Next bridge on the path of an incoming device, referenced, so
 *                 that the path can be walked whatever is removed meanwhile.
 * @out:           State in the kernel that preserves the device.
 * @in:            State in the kernel that the device was handed over to.
 * @running_out:   Preserved, and runs on through the kexec.
 * @running_in:    Incoming, and ran on through the kexec.
 * @acs_inherited: @acs_ctrl is valid.
 * @keep_windows:  Bridge that was enumerated with running devices below it. Never
 *                 cleared.
 * @acs_ctrl:      ACS Control as inherited from the previous kernel.
 *
 * Written with the lock of drivers/pci/liveupdate.c held, except for
 * @acs_inherited, @keep_windows and @acs_ctrl, which belong to enumeration. @out,
 * @in, @running_out and @running_in may be read without a lock.
 */
struct pci_liveupdate {
	struct pci_liveupdate_slot *slot;
	struct pci_dev *upstream;
	enum pci_liveupdate_out out;
	enum pci_liveupdate_in in;
	bool running_out;
	bool running_in;
	bool acs_inherited;
	bool keep_windows;
	u16 acs_ctrl;
};

/**
 * struct pci_liveupdate_vf_ops - How virtual functions outlive the driver of their
 *                                physical one in a Live Update.
 * @prepare: The first virtual function is about to be preserved. From here to @cancel
 *           the driver must not reset the device by itself. Called with the lock of the
 *           device held. May refuse with an errno, after logging why. Optional.
 * @cancel:  No virtual function is preserved any more. A driver that has it has a
 *           remove callback. Optional.
 * @quiesce: Called in place of the shutdown callback, or of the remove callback: stop
 *           the DMA of the device itself, free its interrupts, and leave what its
 *           virtual functions need. Cannot fail. Optional for a driver whose shutdown
 *           callback does no more than that.
 * @adopts:  The probe callback takes over a device whose virtual functions run, see
 *           pci_liveupdate_inherited_vfs(). Otherwise the driver is not bound before
 *           they are disabled.
 *
 * See Documentation/PCI/liveupdate.rst for a skeleton.
 */
struct pci_liveupdate_vf_ops {
	int (*prepare)(struct pci_dev *pf);
	void (*cancel)(struct pci_dev *pf);
	void (*quiesce)(struct pci_dev *pf);
	bool adopts;
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
void pci_liveupdate_drop_msix(struct pci_dev *dev);

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

static inline void pci_liveupdate_drop_msix(struct pci_dev *dev)
{
}

#endif /* CONFIG_PCI_LIVEUPDATE */

#if defined(CONFIG_PCI_LIVEUPDATE) && defined(CONFIG_PCI_IOV)

int pci_liveupdate_vfs_busy(struct pci_dev *pf, const char *what);
bool pci_liveupdate_inherited_vfs(struct pci_dev *pf);
bool pci_liveupdate_detached_vfs(struct pci_dev *pf);

#else

static inline int pci_liveupdate_vfs_busy(struct pci_dev *pf, const char *what)
{
	return 0;
}

static inline bool pci_liveupdate_inherited_vfs(struct pci_dev *pf)
{
	return false;
}

static inline bool pci_liveupdate_detached_vfs(struct pci_dev *pf)
{
	return false;
}

#endif /* CONFIG_PCI_LIVEUPDATE && CONFIG_PCI_IOV */
#endif /* _LINUX_PCI_LIVEUPDATE_H */
