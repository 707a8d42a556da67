// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual functions of an igb or an nvme */
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igb.h"
#include "log.h"
#include "marker.h"
#include "netdev.h"
#include "pci.h"
#include "pcisnap.h"
#include "queue.h"
#include "util.h"
#include "vf.h"
#include "vfio.h"
#include "watch.h"

/* They are the functions with this id from the @from-th on */
static void enable(const char *pf, const char *id, int from, int n)
{
	char *count = text("%d", n);

	CHECK_OK(pci_attr_write(pf, "sriov_numvfs", count));
	CHECK_EQ(pci_count(id), from + n);
	free(count);
	for (int i = 0; i < n; i++)
		pci_announce(pci_find(id, from + i));
}

volatile char *vf_start_pf(const char *pf, const char *driver)
{
	volatile char *bar;

	pci_bind(pf, driver);
	if (!strcmp(driver, "vfio-pci"))
		CHECK_OK(vfio_set_token(pf));
	enable(pf, ID_IGB_VF, 0, VF_COUNT);
	pci_write(pf, PCI_COMMAND, 2, pci_read(pf, PCI_COMMAND, 2) |
		  PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	bar = pci_map(pf);
	igb_start(bar);
	return bar;
}

void vf_start_igb(const char *pf)
{
	igb_load();
	CHECK(!strcmp(pci_driver(pf), "igb"), "igb did not take %s", pf);
	CHECK_OK(pci_attr_write(pf, "sriov_drivers_autoprobe", "0"));
	enable(pf, ID_IGB_VF, 0, VF_COUNT);
	netdev_up();
}

void vf_open_pf(struct running *r, unsigned int n)
{
	char *pf = pci_find(ID_IGB, 0);

	pci_bind(pf, "vfio-pci");
	CHECK_OK(vfio_set_token(pf));
	/* Opening it resets it, which would end its virtual functions */
	running_open(r, pf, VF_PF_MEMORY);
	enable(pf, ID_IGB_VF, 0, n);
	igb_start(r->owner.bar);
}

void vf_open_nvme(struct running *r, unsigned int n)
{
	char *pf = pci_find(ID_NVME, 0);

	pci_bind(pf, "vfio-pci");
	CHECK_OK(vfio_set_token(pf));
	running_open(r, pf, QUEUE_MEMORY);
	queue_pf_open(r);
	enable(pf, ID_NVME, 1, n);
	for (unsigned int i = 0; i < n; i++)
		queue_pf_online(r, i);
}

void vf_start(struct running *r, volatile char *pf_bar, unsigned int n)
{
	running_open(r, pci_find(ID_IGB_VF, n), receive_memory(VF_RING));
	receive_start(r, VF_RING);
	igb_feed(pf_bar, n);
}

void vf_start_below_igb(struct running *r, unsigned int n)
{
	running_open(r, pci_find(ID_IGB_VF, n), receive_memory(VF_RING));
	igb_vf_ask(r->owner.bar);
	receive_start(r, VF_RING);
}

void vf_feed(struct running *r, unsigned int rate)
{
	running_prepare();
	receive_watch(r, VF_RING);
	watch_start();
	mark(MARK_USER);
	traffic_start(rate, RECEIVE_PLACES(VF_RING));
	sleep(1);
	CHECK(receive_count(r, VF_RING) > rate / 4, "only %u packets came",
	      receive_count(r, VF_RING));
}

void vf_feed_end(void)
{
	mark(MARK_FINISHED);
	sleep(1);
	mark(MARK_USER);
	traffic_stop();
}

void vf_bind_pf(const char *driver)
{
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
	pci_bind(pci_find(ID_IGB, 0), driver);
	CHECK_EQ(pci_count(ID_IGB_VF), VF_COUNT);
}
