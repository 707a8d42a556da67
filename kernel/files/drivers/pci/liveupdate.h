/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preservation of PCI devices across a Live Update: hooks of the PCI core.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#ifndef DRIVERS_PCI_LIVEUPDATE_H
#define DRIVERS_PCI_LIVEUPDATE_H

#include <linux/pci.h>
#include <linux/pci_liveupdate.h>

#ifdef CONFIG_PCI_LIVEUPDATE

/**
 * struct pci_liveupdate_refusal - Why a device cannot be preserved.
 * @dev:    The device or bridge that stands in the way, borrowed.
 * @reason: What is wrong with it, a keyword of
 *          Documentation/ABI/testing/sysfs-bus-pci-liveupdate.
 */
struct pci_liveupdate_refusal {
	struct pci_dev *dev;
	const char *reason;
};

extern struct rw_semaphore pci_liveupdate_rwsem;

struct liveupdate_flb_op_args;
struct pci_liveupdate_dev_ser;
struct pci_liveupdate_sriov_ser;
int pci_liveupdate_flb_retrieve(struct liveupdate_flb_op_args *args);
void pci_liveupdate_flb_finish(struct liveupdate_flb_op_args *args);
void pci_liveupdate_init_incoming(void *obj);
bool pci_liveupdate_inherits(void);
bool pci_liveupdate_get_record(struct pci_dev *dev,
			       struct pci_liveupdate_dev_ser *ser);

bool pci_liveupdate_get_sriov_record(struct pci_dev *pf,
				     struct pci_liveupdate_sriov_ser *ser);

/**
 * pci_liveupdate_parent - Find the device that a device depends on
 * @dev: Device or bridge, borrowed.
 *
 * Context: Any.
 * Return: The physical function of a virtual one, the bridge above any other, or NULL.
 *         Borrowed.
 */
static inline struct pci_dev *pci_liveupdate_parent(struct pci_dev *dev)
{
	return dev->is_virtfn ? pci_physfn(dev) : pci_upstream_bridge(dev);
}

int pci_liveupdate_check(struct pci_dev *dev,
			 struct pci_liveupdate_refusal *refusal);

void pci_liveupdate_setup_device(struct pci_dev *dev);
void pci_liveupdate_add_device(struct pci_dev *dev);
void pci_liveupdate_destroy_device(struct pci_dev *dev);

bool pci_liveupdate_assign_all_busses(void);
bool pci_liveupdate_bridge_lost(struct pci_dev *bridge, u8 secondary,
				u8 subordinate, bool broken, int pass);
void pci_liveupdate_acs_init(struct pci_dev *dev);
bool pci_liveupdate_restore_acs(struct pci_dev *dev);
bool pci_liveupdate_inherit_ari(struct pci_dev *dev);

bool pci_liveupdate_bus_beyond(struct pci_dev *bridge, int busnr);

void pci_liveupdate_record(struct pci_dev *dev,
			   struct pci_liveupdate_dev_ser *ser);
bool pci_liveupdate_valid_record(const struct pci_liveupdate_dev_ser *ser);
bool pci_liveupdate_inherit_intx(struct pci_dev *dev);
void pci_liveupdate_fill_bars(struct pci_dev *dev, int pos,
			      unsigned int howmany, const u64 *sizes, u32 *bars);
bool pci_liveupdate_size_bars(struct pci_dev *dev, unsigned int howmany,
			      u32 *bars, int rom, u32 *rombar);
void pci_liveupdate_fix_bars(struct pci_dev *dev, unsigned int howmany);
bool pci_liveupdate_inherit_windows(struct pci_dev *bridge);
void pci_liveupdate_fix_windows(struct pci_dev *bridge);
bool pci_liveupdate_keep_windows(struct pci_dev *bridge);
void pci_liveupdate_claim_failed(struct pci_dev *dev, int resource);

bool pci_liveupdate_may_bind(struct pci_dev *dev,
			     const struct device_driver *drv);
bool pci_liveupdate_is_protected(struct pci_dev *dev);
int pci_liveupdate_busy(struct pci_dev *dev, const char *what);
int pci_liveupdate_slot_busy(struct pci_slot *slot);
bool pci_liveupdate_bus_protected(struct pci_bus *bus, struct pci_slot *slot);
int pci_liveupdate_before_recovery(struct pci_dev *dev, void *data);
int pci_liveupdate_after_recovery(struct pci_dev *dev, void *data);
void pci_liveupdate_freeze(struct pci_dev *dev);
bool pci_liveupdate_is_frozen(struct pci_dev *dev);
int pci_liveupdate_reset_timeout(struct pci_dev *dev, int timeout);
bool pci_liveupdate_comes_running(struct pci_dev *dev);

bool pci_liveupdate_latch_msix(struct pci_dev *dev);
bool pci_liveupdate_inherit_msix(struct pci_dev *dev, u16 ctrl);

extern const struct attribute_group pci_liveupdate_attr_group;

#else /* CONFIG_PCI_LIVEUPDATE */

static inline void pci_liveupdate_setup_device(struct pci_dev *dev)
{
}

static inline void pci_liveupdate_add_device(struct pci_dev *dev)
{
}

static inline void pci_liveupdate_destroy_device(struct pci_dev *dev)
{
}

static inline bool pci_liveupdate_assign_all_busses(void)
{
	return pcibios_assign_all_busses();
}

static inline bool pci_liveupdate_bridge_lost(struct pci_dev *bridge,
					      u8 secondary, u8 subordinate,
					      bool broken, int pass)
{
	return false;
}

static inline bool pci_liveupdate_bus_beyond(struct pci_dev *bridge, int busnr)
{
	return false;
}

static inline bool pci_liveupdate_inherit_intx(struct pci_dev *dev)
{
	return false;
}

static inline bool pci_liveupdate_size_bars(struct pci_dev *dev,
					    unsigned int howmany, u32 *bars,
					    int rom, u32 *rombar)
{
	return false;
}

static inline void pci_liveupdate_fix_bars(struct pci_dev *dev,
					   unsigned int howmany)
{
}

static inline bool pci_liveupdate_inherit_windows(struct pci_dev *bridge)
{
	return false;
}

static inline void pci_liveupdate_fix_windows(struct pci_dev *bridge)
{
}

static inline bool pci_liveupdate_keep_windows(struct pci_dev *bridge)
{
	return false;
}

static inline void pci_liveupdate_claim_failed(struct pci_dev *dev,
					       int resource)
{
}

static inline void pci_liveupdate_acs_init(struct pci_dev *dev)
{
}

static inline bool pci_liveupdate_restore_acs(struct pci_dev *dev)
{
	return false;
}

static inline bool pci_liveupdate_inherit_ari(struct pci_dev *dev)
{
	return false;
}

static inline bool pci_liveupdate_may_bind(struct pci_dev *dev,
					   const struct device_driver *drv)
{
	return true;
}

static inline int pci_liveupdate_busy(struct pci_dev *dev, const char *what)
{
	return 0;
}

static inline int pci_liveupdate_slot_busy(struct pci_slot *slot)
{
	return 0;
}

static inline bool pci_liveupdate_bus_protected(struct pci_bus *bus,
						struct pci_slot *slot)
{
	return false;
}

static inline int pci_liveupdate_before_recovery(struct pci_dev *dev,
						 void *data)
{
	return 0;
}

static inline int pci_liveupdate_after_recovery(struct pci_dev *dev, void *data)
{
	return 0;
}

static inline void pci_liveupdate_freeze(struct pci_dev *dev)
{
}

static inline bool pci_liveupdate_is_frozen(struct pci_dev *dev)
{
	return false;
}

static inline int pci_liveupdate_reset_timeout(struct pci_dev *dev, int timeout)
{
	return timeout;
}

static inline bool pci_liveupdate_comes_running(struct pci_dev *dev)
{
	return false;
}

static inline bool pci_liveupdate_latch_msix(struct pci_dev *dev)
{
	return false;
}

static inline bool pci_liveupdate_inherit_msix(struct pci_dev *dev, u16 ctrl)
{
	return false;
}

#endif /* CONFIG_PCI_LIVEUPDATE */

#if defined(CONFIG_PCI_LIVEUPDATE) && defined(CONFIG_PCI_IOV)

const char *pci_liveupdate_check_physfn(struct pci_dev *pf);
void pci_liveupdate_record_sriov(struct pci_dev *pf,
				 struct pci_liveupdate_sriov_ser *ser);
bool pci_liveupdate_inherit_sriov(struct pci_dev *pf, int pos);
void pci_liveupdate_size_vf_bars(struct pci_dev *pf, int pos, u32 *bars);
void pci_liveupdate_inherit_vfs(struct pci_dev *pf);
void pci_liveupdate_stop_physfn(struct pci_dev *pf);

int pci_liveupdate_get_physfn(struct pci_dev *dev);
void pci_liveupdate_put_physfn(struct pci_dev *dev);
bool pci_liveupdate_quiesce_physfn(struct pci_dev *pf);
bool pci_liveupdate_abandon_physfn(struct pci_dev *pf);
bool pci_liveupdate_physfn_may_bind(struct pci_dev *pf,
				    const struct pci_driver *drv);
bool pci_liveupdate_detaches(struct pci_dev *pf);

#else

static inline const char *pci_liveupdate_check_physfn(struct pci_dev *pf)
{
	return NULL;
}

static inline void pci_liveupdate_record_sriov(struct pci_dev *pf,
					       struct pci_liveupdate_sriov_ser *ser)
{
}

static inline bool pci_liveupdate_inherit_sriov(struct pci_dev *pf, int pos)
{
	return false;
}

static inline void pci_liveupdate_size_vf_bars(struct pci_dev *pf, int pos,
					       u32 *bars)
{
}

static inline void pci_liveupdate_inherit_vfs(struct pci_dev *pf)
{
}

static inline int pci_liveupdate_get_physfn(struct pci_dev *dev)
{
	return 0;
}

static inline void pci_liveupdate_put_physfn(struct pci_dev *dev)
{
}

static inline bool pci_liveupdate_quiesce_physfn(struct pci_dev *pf)
{
	return false;
}

static inline bool pci_liveupdate_abandon_physfn(struct pci_dev *pf)
{
	return false;
}

static inline bool pci_liveupdate_physfn_may_bind(struct pci_dev *pf,
						  const struct pci_driver *drv)
{
	return true;
}

static inline void pci_liveupdate_stop_physfn(struct pci_dev *pf)
{
}

#endif /* CONFIG_PCI_LIVEUPDATE && CONFIG_PCI_IOV */
#endif /* DRIVERS_PCI_LIVEUPDATE_H */
