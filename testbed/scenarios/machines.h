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

/* Records silence, endlessly */
#define HDA(bus) \
	"-audiodev", "none,id=a0", \
	"-device", "ich9-intel-hda,id=hda0,bus=" bus, \
	"-device", "hda-duplex,bus=hda0.0,audiodev=a0"

/* Fed by the host, see companion.h */
#define E1000E_FED(bus) \
	"-netdev", "dgram,id=n0,local.type=unix,local.path=net.guest," \
		   "remote.type=unix,remote.path=net.host", \
	"-device", "e1000e,romfile=,netdev=n0,bus=" bus

#define IGB_FED(bus) \
	"-netdev", "dgram,id=n0,local.type=unix,local.path=net.guest," \
		   "remote.type=unix,remote.path=net.host", \
	"-device", "igb,romfile=,netdev=n0,bus=" bus

/* Reads the numbered blocks of disk.h, 50 a second */
#define NVME_50(bus) \
	"-drive", "if=none,id=d0,format=raw,readonly=on,file=disk.img," \
		  "throttling.iops-total=50", \
	"-device", "nvme,serial=x,drive=d0,bus=" bus

/* Up to four virtual functions, ... */
#define NVME_VFS(bus) \
	"-device", "nvme-subsys,id=s0", \
	"-device", "nvme,id=nv0,serial=x,subsys=s0,sriov_max_vfs=4," \
		   "sriov_vq_flexible=8,sriov_vi_flexible=4," \
		   "max_ioqpairs=16,msix_qsize=17,bus=" bus

/* ... which have the blocks as well */
#define NVME_50_VFS(bus) \
	NVME_VFS(bus), \
	"-drive", "if=none,id=d0,format=raw,readonly=on,file=disk.img," \
		  "throttling.iops-total=50", \
	"-device", "nvme-ns,drive=d0,nsid=1,bus=nv0"

/* Units of the IOMMU that read other tables than the plain one */
#define IOMMU_SCALABLE \
	"-global", "intel-iommu.x-scalable-mode=on"
#define IOMMU_FIRST_LEVEL \
	IOMMU_SCALABLE, "-global", "intel-iommu.x-flts=on"

/* The kernel's own driver of hot-plug ports in place of the firmware's */
#define HOTPLUG_NATIVE \
	"-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"

/* One device in one root port each */
#define ONE(device, n)	ROOT_PORT(n), device("rp" #n)

#endif
