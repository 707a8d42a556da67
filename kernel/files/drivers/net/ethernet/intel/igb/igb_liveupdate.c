// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual functions of igb in a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: igb, Live Update
 *
 * The device is detached at kexec: igb stops the queues and the interrupts of the
 * physical function (PF), and leaves the rest of the device to its virtual functions
 * (VFs). The next kernel has no driver for the PF until the VFs are disabled, as probing
 * resets the device.
 *
 * Kept
 * ====
 *
 * All that the device does for the VFs by itself: their queues and vectors, the link,
 * the filters of MAC addresses and VLANs, spoof checking, and rate limits.
 *
 * Not kept
 * ========
 *
 * - The network interface of the PF, from kexec to the time when the VFs are disabled.
 * - Replies to requests of VFs, for the same time. The device keeps the last request.
 *
 * Unhappy paths
 * =============
 *
 * - A transmit queue of the PF hangs while VFs are preserved: it hangs until they are
 *   given up, or the kexec. A reset would end the VFs.
 * - Root closes the interface, or changes it in a way that resets the device: VFs lose
 *   what they had, as they do at any other time.
 */

#include <linux/delay.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/pci_liveupdate.h>
#include <linux/rtnetlink.h>

#include "igb.h"

static void igb_liveupdate_set(struct pci_dev *pdev, bool preserved)
{
	struct igb_adapter *adapter = netdev_priv(pci_get_drvdata(pdev));

	/* igb_reset_task() looks at it */
	rtnl_lock();
	adapter->vfs_preserved = preserved;
	rtnl_unlock();
}

static int igb_liveupdate_prepare(struct pci_dev *pdev)
{
	igb_liveupdate_set(pdev, true);
	return 0;
}

static void igb_liveupdate_cancel(struct pci_dev *pdev)
{
	igb_liveupdate_set(pdev, false);
}

/* The pool of the PF is the one behind those of the VFs */
static void igb_liveupdate_stop_queues(struct igb_adapter *adapter)
{
	struct e1000_hw *hw = &adapter->hw;
	u32 pool = BIT(adapter->vfs_allocated_count);
	int i;

	wr32(E1000_VFRE, rd32(E1000_VFRE) & ~pool);
	wr32(E1000_VFTE, rd32(E1000_VFTE) & ~pool);
	for (i = 0; i < adapter->num_rx_queues; i++)
		wr32(E1000_RXDCTL(adapter->rx_ring[i]->reg_idx), 0);
	for (i = 0; i < adapter->num_tx_queues; i++)
		wr32(E1000_TXDCTL(adapter->tx_ring[i]->reg_idx), 0);
	wrfl();

	/* As long as igb_down() gives a queue to finish what it has begun */
	usleep_range(10000, 11000);
}

static void igb_liveupdate_stop(struct igb_adapter *adapter)
{
	int i;

	/* Neither timers nor interrupts start anything from here on */
	set_bit(__IGB_DOWN, &adapter->state);
	netif_carrier_off(adapter->netdev);
	netif_tx_disable(adapter->netdev);

	igb_liveupdate_stop_queues(adapter);
	igb_irq_disable(adapter);
	for (i = 0; i < adapter->num_q_vectors; i++)
		napi_disable(&adapter->q_vector[i]->napi);

	timer_delete_sync(&adapter->watchdog_timer);
	timer_delete_sync(&adapter->phy_info_timer);
	igb_free_irq(adapter);
}

static void igb_liveupdate_quiesce(struct pci_dev *pdev)
{
	struct net_device *netdev = pci_get_drvdata(pdev);
	struct igb_adapter *adapter = netdev_priv(netdev);

	rtnl_lock();
	netif_device_detach(netdev);
	if (netif_running(netdev))
		igb_liveupdate_stop(adapter);
	rtnl_unlock();

	cancel_work_sync(&adapter->reset_task);
	cancel_work_sync(&adapter->watchdog_task);
	igb_ptp_suspend(adapter);

	rtnl_lock();
	igb_clear_interrupt_scheme(adapter);
	rtnl_unlock();
}

const struct pci_liveupdate_vf_ops igb_liveupdate_vfs = {
	.prepare = igb_liveupdate_prepare,
	.cancel = igb_liveupdate_cancel,
	.quiesce = igb_liveupdate_quiesce,
};
