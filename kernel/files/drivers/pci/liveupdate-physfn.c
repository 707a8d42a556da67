// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drivers of physical functions in a Live Update of virtual ones.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update, drivers of physical functions
 *
 * A virtual function (VF) keeps running only if the driver of its physical function
 * (PF) lets it. A driver that does points &pci_driver.liveupdate_vfs to a &struct
 * pci_liveupdate_vf_ops. Nothing is called for the sake of the PF: the driver hears of
 * a Live Update when the file of the first VF is preserved, and no longer than that.
 *
 * Three kinds of drivers take part:
 *
 * - One that does nothing for its VFs, such as pci-pf-stub. It sets
 *   &pci_liveupdate_vf_ops.adopts and leaves the rest out.
 * - One that *detaches*: it can stop its own work and leave what the VFs need, but has
 *   no way to take a device over without resetting it. It provides
 *   &pci_liveupdate_vf_ops.quiesce. The PCI core keeps it, and any other driver that
 *   would reset the PF, from binding while VFs of the previous kernel exist. The PF has
 *   no driver meanwhile, and VFs do not wait for one.
 * - One that *adopts*: its probe asks pci_liveupdate_inherited_vfs(), and takes the PF
 *   over without any effect on the VFs. It sets &pci_liveupdate_vf_ops.adopts.
 *
 * Life cycle
 * ==========
 *
 * 1. The first VF is preserved: &pci_liveupdate_vf_ops.prepare. From here on the PF
 *    stays in D0, NumVFs cannot be changed, the module of the driver stays loaded, and
 *    unbinding the driver waits if it has a remove callback.
 * 2. The last VF is given up: &pci_liveupdate_vf_ops.cancel.
 * 3. kexec: &pci_liveupdate_vf_ops.quiesce in place of the shutdown callback. Bus Master
 *    Enable of the PF stays as it is, as VFs of some devices depend on it. What the PF
 *    itself reads and writes from then on is blocked by the IOMMU.
 * 4. The next kernel finds the VFs. An adopting driver is bound when driver_override
 *    names it. Below a detached PF the owners of the VFs carry on without one.
 * 5. Writing 0 to ``sriov_numvfs`` disables the VFs of a PF without a driver, once no
 *    session holds one of them. From then on each driver may be bound.
 *
 * Unhappy paths
 * =============
 *
 * - prepare() refuses: the VF is not preserved, which the log says.
 * - The driver is being unbound when the kexec becomes certain: it gets quiesce() in
 *   place of its remove callback.
 * - Requests of a VF to its PF are not answered while the PF has no driver.
 *
 * Locking
 * =======
 *
 * prepare(), quiesce() and the remove callback are called with the lock of the PF held,
 * cancel() without it. prepare() and cancel() are called with a mutex held, so that they
 * alternate. They may sleep and take locks of the driver, under which the driver must
 * not preserve or give up a VF.
 *
 *   device_lock(PF) -> pci_liveupdate_physfn_mutex -> locks of the driver
 */

#define pr_fmt(fmt) "PCI: liveupdate: " fmt

#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/kexec.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include "pci.h"
#include "liveupdate.h"

/* Guards preserved and keeper of struct pci_sriov */
static DEFINE_MUTEX(pci_liveupdate_physfn_mutex);

static const struct pci_liveupdate_vf_ops *
pci_liveupdate_vf_ops(struct pci_driver *drv)
{
	return drv ? drv->liveupdate_vfs : NULL;
}

static int pci_liveupdate_prepare_physfn(struct pci_dev *pf)
{
	const struct pci_liveupdate_vf_ops *ops =
		pci_liveupdate_vf_ops(pf->driver);
	int err;

	/* Refused by pci_liveupdate_check_physfn(), which has a reason */
	if (!ops)
		return 0;
	if (!try_module_get(pf->driver->driver.owner))
		return -EBUSY;

	err = pm_runtime_resume_and_get(&pf->dev);
	if (err)
		goto err_module;

	err = ops->prepare ? ops->prepare(pf) : 0;
	if (err)
		goto err_runtime;

	pf->sriov->keeper = pf->driver;
	return 0;

err_runtime:
	pm_runtime_put(&pf->dev);
err_module:
	module_put(pf->driver->driver.owner);
	return err;
}

static void pci_liveupdate_cancel_physfn(struct pci_dev *pf)
{
	struct pci_driver *keeper = pf->sriov->keeper;

	if (!keeper)
		return;

	if (keeper->liveupdate_vfs->cancel)
		keeper->liveupdate_vfs->cancel(pf);
	pf->sriov->keeper = NULL;
	pm_runtime_put(&pf->dev);
	module_put(keeper->driver.owner);
}

/**
 * pci_liveupdate_get_physfn - Prepare a physical function for a virtual one.
 * @dev: Device that is about to be preserved, borrowed.
 *
 * Context: May sleep, with the lock of the physical function held if there is one.
 * Return: 0 on success, also for a device that is no virtual function, or
 *         -EBUSY if the module of the driver is being unloaded, or
 *         what the driver refused with, which is logged.
 */
int pci_liveupdate_get_physfn(struct pci_dev *dev)
{
	struct pci_dev *pf = pci_physfn(dev);
	int err;

	if (!dev->is_virtfn)
		return 0;

	device_lock_assert(&pf->dev);
	guard(mutex)(&pci_liveupdate_physfn_mutex);

	if (!pf->sriov->preserved) {
		err = pci_liveupdate_prepare_physfn(pf);
		if (err) {
			pci_info(dev, "liveupdate: cannot be preserved: %s of %s refuses: %pe\n",
				 pf->driver->name, pci_name(pf), ERR_PTR(err));
			return err;
		}
	}

	WRITE_ONCE(pf->sriov->preserved, pf->sriov->preserved + 1);
	return 0;
}

/**
 * pci_liveupdate_put_physfn - Undo pci_liveupdate_get_physfn().
 * @dev: Device that is no longer preserved, borrowed.
 *
 * Context: May sleep.
 */
void pci_liveupdate_put_physfn(struct pci_dev *dev)
{
	struct pci_dev *pf = pci_physfn(dev);

	if (!dev->is_virtfn)
		return;

	guard(mutex)(&pci_liveupdate_physfn_mutex);

	if (pf->sriov->preserved == 1)
		pci_liveupdate_cancel_physfn(pf);
	WRITE_ONCE(pf->sriov->preserved, pf->sriov->preserved - 1);
}

/* True until cancel() has returned, too */
static bool pci_liveupdate_needs_driver(struct pci_dev *pf)
{
	guard(mutex)(&pci_liveupdate_physfn_mutex);

	return pf->sriov->preserved || pci_liveupdate_is_tracked(pf);
}

static bool pci_liveupdate_quiesce(struct pci_dev *pf)
{
	const struct pci_liveupdate_vf_ops *ops =
		pci_liveupdate_vf_ops(pf->driver);

	if (!pf->is_physfn || !READ_ONCE(pf->sriov->preserved) ||
	    !ops || !ops->quiesce)
		return false;

	ops->quiesce(pf);
	return true;
}

/**
 * pci_liveupdate_quiesce_physfn - Stop the driver of a device, not its virtual functions.
 * @pf: Any device that is being shut down, borrowed.
 *
 * Context: Shutdown, with the lock of @pf held.
 * Return: true if the driver of @pf must not be asked to shut down.
 */
bool pci_liveupdate_quiesce_physfn(struct pci_dev *pf)
{
	return kexec_in_progress && pci_liveupdate_quiesce(pf);
}

/**
 * pci_liveupdate_abandon_physfn - Check whether an unbound driver must keep a device
 * @pf: Any device that is being unbound, borrowed.
 *
 * Context: Removal, with the lock of @pf held. Sleeps while a Live Update depends on
 *          its virtual functions, unless the kexec is certain.
 * Return: true if the driver of @pf must not be told.
 */
bool pci_liveupdate_abandon_physfn(struct pci_dev *pf)
{
	/* For its own file, too: a driver disables them before it waits for that */
	if (!pci_num_vf(pf) || !pci_liveupdate_needs_driver(pf))
		return false;

	pci_liveupdate_busy(pf, "unbinding the driver");
	while (pci_liveupdate_needs_driver(pf)) {
		if (system_state == SYSTEM_RESTART) {
			pci_liveupdate_quiesce(pf);
			/* Without a driver it would be suspended */
			pm_runtime_get_noresume(&pf->dev);
			return true;
		}
		msleep(20);
	}

	return false;
}

/**
 * pci_liveupdate_physfn_may_bind - Check whether a driver leaves virtual functions alone
 * @pf:  Any device, borrowed.
 * @drv: Driver that is about to be bound to it, borrowed.
 *
 * Context: Any.
 * Return: false if @pf has virtual functions that a Live Update depends on, or did
 *         depend on, and @drv would reset it.
 */
bool pci_liveupdate_physfn_may_bind(struct pci_dev *pf,
				    const struct pci_driver *drv)
{
	if (!pf->is_physfn || !(READ_ONCE(pf->sriov->preserved) ||
				pci_liveupdate_inherited_vfs(pf)))
		return true;

	return drv->liveupdate_vfs && drv->liveupdate_vfs->adopts;
}

/**
 * pci_liveupdate_detaches - Check whether the next kernel has to do without a driver
 * @pf: Physical function, borrowed, with its lock held.
 *
 * Context: Any.
 * Return: true if the driver of @pf cannot adopt it while it has virtual functions.
 */
bool pci_liveupdate_detaches(struct pci_dev *pf)
{
	const struct pci_liveupdate_vf_ops *ops =
		pci_liveupdate_vf_ops(pf->driver);

	/* Preserved once more, it still has none */
	return ops ? !ops->adopts :
		     !pf->driver && pci_liveupdate_detached_vfs(pf);
}

/**
 * pci_liveupdate_detached_vfs - Check whether virtual functions do without a driver
 * @pf: Any device, borrowed.
 *
 * Context: Any.
 * Return: true for a physical function whose virtual ones the previous kernel enabled,
 *         if its driver there cannot be bound before they are disabled.
 */
bool pci_liveupdate_detached_vfs(struct pci_dev *pf)
{
	return pci_liveupdate_inherited_vfs(pf) && pf->sriov->detached;
}
EXPORT_SYMBOL_GPL(pci_liveupdate_detached_vfs);
