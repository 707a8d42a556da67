// SPDX-License-Identifier: GPL-2.0-or-later
/* A physical function with two virtual ones, the first of which has a user */
#include <stdio.h>

#include "spec.h"

#define PCI	"/sys/devices/pci0000:00/"
#define PF	PCI "0000:03:00.0"
#define VF0	PCI "0000:03:10.0"
#define VF1	PCI "0000:03:10.2"

/* vfio-pci is bound to it */
static void vfio(const char *r, const char *bdf, int n)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), PCI "%s/driver_override", bdf);
	tree_file(r, path, "vfio-pci\n");
	snprintf(path, sizeof(path), PCI "%s/vfio-dev/vfio%d/dev", bdf, n);
	tree_file(r, path, "511:%d\n", n);
	snprintf(path, sizeof(path), "/sys/class/vfio-dev/vfio%d", n);
	snprintf(target, sizeof(target),
		 "../../devices/pci0000:00/%s/vfio-dev/vfio%d", bdf, n);
	tree_link(r, path, target);
	snprintf(path, sizeof(path), "/dev/vfio/devices/vfio%d", n);
	tree_file(r, path, "%s", "");
}

void vfs(const char *r)
{
	tree_file(r, "/sys/bus/pci/drivers/pci-pf-stub/unbind", "%s", "");
	spec_device(r, "0000:03:00.0", "0x020000", "vfio-pci", "9");
	spec_device(r, "0000:03:10.0", "0x020000", "vfio-pci", "10");
	spec_device(r, "0000:03:10.2", "0x020000", "vfio-pci", "11");
	vfio(r, "0000:03:00.0", 1);
	vfio(r, "0000:03:10.0", 2);
	vfio(r, "0000:03:10.2", 3);
	tree_file(r, PF "/sriov_numvfs", "2\n");
	tree_link(r, PF "/virtfn0", "../0000:03:10.0");
	tree_link(r, PF "/virtfn1", "../0000:03:10.2");
	tree_link(r, VF0 "/physfn", "../0000:03:00.0");
	tree_link(r, VF1 "/physfn", "../0000:03:00.0");
}

static void state(const char *r, const char *word)
{
	tree_file(r, PF "/liveupdate/state", "%s\n", word);
	tree_file(r, PF "/liveupdate/running", "1\n");
	tree_file(r, VF0 "/liveupdate/state", "%s\n", word);
	tree_file(r, VF0 "/liveupdate/running", "1\n");
}

#define SESSIONS "/sys/kernel/debug/liveupdate/sessions"

void vfs_preserved(const char *r)
{
	vfs(r);
	state(r, "preserved");
	tree_file(r, SESSIONS,
		  "outgoing open holdfast-vm2\n"
		  "\ttoken=0x1 handler=iommufd state=preserved\n"
		  "\ttoken=0x2 handler=vfio-pci state=preserved\n");
	spec_process(r, "812", "vmm", 5,
		     "anon_inode:[luo_session] holdfast-vm2");
	spec_process(r, "812", "vmm", 8, "/dev/vfio/devices/vfio2");
}

static void unbound(const char *r, const char *bdf, int n)
{
	char path[256];

	snprintf(path, sizeof(path), PCI "%s/driver", bdf);
	tree_delete(r, path);
	snprintf(path, sizeof(path), PCI "%s/driver_override", bdf);
	tree_file(r, path, "(null)\n");
	snprintf(path, sizeof(path), PCI "%s/vfio-dev", bdf);
	tree_delete(r, path);
	snprintf(path, sizeof(path), "/sys/class/vfio-dev/vfio%d", n);
	tree_delete(r, path);
	snprintf(path, sizeof(path), "/dev/vfio/devices/vfio%d", n);
	tree_delete(r, path);
}

/* The next kernel has just booted */
void vfs_incoming(const char *r)
{
	vfs(r);
	state(r, "incoming");
	unbound(r, "0000:03:00.0", 1);
	unbound(r, "0000:03:10.0", 2);
	unbound(r, "0000:03:10.2", 3);
	tree_file(r, SESSIONS,
		  "incoming waiting holdfast-vm2\n"
		  "\ttoken=0x1 handler=iommufd state=waiting\n"
		  "\ttoken=0x2 handler=vfio-pci state=waiting\n");
}

static void refuse(const char *r, const char *reason)
{
	tree_file(r, VF0 "/liveupdate/preservable", "no: 0000:03:00.0 %s\n",
		  reason);
	tree_file(r, VF1 "/liveupdate/preservable", "no: 0000:03:00.0 %s\n",
		  reason);
}

void pf_igb(const char *r)
{
	unbound(r, "0000:03:00.0", 1);
	tree_link(r, PF "/driver", "../../../bus/pci/drivers/igb");
	refuse(r, "physfn-driver");
}

void pf_stub(const char *r)
{
	unbound(r, "0000:03:00.0", 1);
	tree_link(r, PF "/driver", "../../../bus/pci/drivers/pci-pf-stub");
}

void pf_open(const char *r)
{
	spec_process(r, "850", "pfd", 4, "/dev/vfio/devices/vfio1");
}

void pf_busy(const char *r)
{
	refuse(r, "physfn-busy");
}

void pf_link(const char *r)
{
	refuse(r, "physfn-link");
}

void pf_rebar(const char *r)
{
	refuse(r, "physfn-vf-rebar");
}

void pf_none(const char *r)
{
	unbound(r, "0000:03:00.0", 1);
	refuse(r, "physfn-driver");
}

/* By itself, and in a session of its owner */
void pf_preserved(const char *r)
{
	tree_file(r, SESSIONS,
		  "outgoing open holdfast-pf\n"
		  "\ttoken=0x1 handler=vfio-pci state=preserved\n"
		  "outgoing open holdfast-vm2\n"
		  "\ttoken=0x2 handler=vfio-pci state=preserved\n");
}

void pf_d3(const char *r)
{
	tree_file(r, PF "/power_state", "D3hot\n");
}

void recorded_pf_stub(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/pf.conf",
		  "[device 0000:03:00.0]\nid = 8086:10c9\ndriver = pci-pf-stub\n");
}

/* Another device in the same place */
void recorded_pf_other(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/pf.conf",
		  "[device 0000:03:00.0]\nid = 1af4:1000\ndriver = pci-pf-stub\n");
}

/* One that came over, and its sibling, which did not */
void recorded_vf(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/vf.conf",
		  "[device 0000:03:10.0]\n[device 0000:03:10.2]\n");
}
