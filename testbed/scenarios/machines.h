/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words to build a machine from; addresses follow from the order */
#ifndef TESTBED_SCENARIOS_MACHINES_H
#define TESTBED_SCENARIOS_MACHINES_H

/* A root port: id "rpN"; @n is also chassis and slot */
#define ROOT_PORT(n)	"-device", \
	"pcie-root-port,id=rp" #n ",chassis=" #n ",addr=1" #n

/* A switch in rpN with two ports "upNa" and "upNb" */
#define SWITCH(n) \
	"-device", "x3130-upstream,id=up" #n ",bus=rp" #n, \
	"-device", "xio3130-downstream,id=up" #n "a,bus=up" #n \
		",chassis=1" #n ",addr=0", \
	"-device", "xio3130-downstream,id=up" #n "b,bus=up" #n \
		",chassis=2" #n ",addr=1"

#define EDU(bus)	"-device", "edu,bus=" bus
#define E1000E(bus)	"-device", "e1000e,romfile=,bus=" bus
#define IGB(bus)	"-device", "igb,romfile=,bus=" bus
#define NVME(bus)	"-device", "nvme,serial=x,bus=" bus
#define XHCI(bus)	"-device", "qemu-xhci,bus=" bus
#define VIRTIO_NET(bus)	"-device", \
	"virtio-net-pci,romfile=,iommu_platform=on,disable-legacy=on,bus=" bus
#define VIRTIO_RNG(bus)	"-device", \
	"virtio-rng-pci,iommu_platform=on,disable-legacy=on,bus=" bus

/* One device in one root port each */
#define ONE(device, n)	ROOT_PORT(n), device("rp" #n)

#endif
