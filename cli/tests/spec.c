// SPDX-License-Identifier: GPL-2.0-or-later
/* The systems that tests speak of */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "spec.h"

#define PCI	"/sys/devices/pci0000:00/"
#define DEV	PCI "0000:01:00.0"
#define NIC	PCI "0000:02:00.0"
#define PORT	PCI "0000:00:01.0"
#define SESSIONS "/sys/kernel/debug/liveupdate/sessions"

void spec_device(const char *r, const char *bdf, const char *class,
		 const char *driver, const char *group)
{
	char path[256], target[256];

#define ATTR(name, ...) do {						\
	snprintf(path, sizeof(path), PCI "%s/" name, bdf);		\
	tree_file(r, path, __VA_ARGS__);				\
} while (0)
#define LINK(name, ...) do {						\
	snprintf(path, sizeof(path), PCI "%s/" name, bdf);		\
	snprintf(target, sizeof(target), __VA_ARGS__);			\
	tree_link(r, path, target);					\
} while (0)
	ATTR("vendor", "0x8086\n");
	ATTR("device", "0x10c9\n");
	ATTR("class", "%s\n", class);
	ATTR("driver_override", "(null)\n");
	ATTR("power_state", "D0\n");
	ATTR("liveupdate/state", "none\n");
	ATTR("liveupdate/running", "0\n");
	ATTR("liveupdate/preservable", "yes\n");
	LINK("driver", "../../../bus/pci/drivers/%s", driver);
	LINK("iommu_group", "../../../kernel/iommu_groups/%s", group);
	LINK("iommu", "../../virtual/iommu/dmar0");
	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%s/devices/%s",
		 group, bdf);
	tree_link(r, path, "../../../../devices");
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", bdf);
	snprintf(target, sizeof(target), "../../../devices/pci0000:00/%s",
		 bdf);
	tree_link(r, path, target);
}

/* PM at 40, MSI at 50, MSI-X at 70; a state of PM, enable bits */
static void config_space(const char *r, int pm, int msi, int msix)
{
	uint8_t b[256] = {
		[0x06] = 0x10, [0x34] = 0x40,
		[0x40] = 0x01, [0x41] = 0x50, [0x44] = pm,
		[0x50] = 0x05, [0x51] = 0x70, [0x52] = msi,
		[0x70] = 0x11, [0x71] = 0x00, [0x73] = msix ? 0x80 : 0,
	};

	tree_data(r, DEV "/config", b, sizeof(b));
}

void spec_process(const char *r, const char *pid, const char *comm, int fd,
		  const char *target)
{
	char path[256];

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	tree_file(r, path, "%s\n", comm);
	snprintf(path, sizeof(path), "/proc/%s/cgroup", pid);
	tree_file(r, path, "0::/%s\n", !strcmp(pid, "1") ? "init.scope" :
		  "system.slice/vmm.service/inner");
	snprintf(path, sizeof(path), "/proc/%s/fd/%d", pid, fd);
	tree_link(r, path, target);
}

static void ready(const char *r)
{
	tree_file(r, "/proc/cmdline",
		  "BOOT_IMAGE=/boot/vmlinuz ro kho=on liveupdate=on intel_iommu=on initrd=/x\n");
	tree_file(r, "/proc/sys/kernel/osrelease", "7.3.4-holdfast\n");
	tree_file(r, "/proc/sys/kernel/kexec_load_disabled", "0\n");
	tree_file(r, "/proc/sys/kernel/kexec_load_limit_reboot", "-1\n");
	tree_file(r, "/proc/interrupts", "  1:  0  IO-APIC  i8042\n");
	tree_file(r, "/sys/kernel/security/lockdown",
		  "[none] integrity confidentiality\n");
	tree_file(r, "/sys/kernel/kexec_loaded", "0\n");
	tree_file(r, SESSIONS, "%s", "");
	tree_file(r, "/boot/config-7.3.4-holdfast", "%s", tree_config);
	tree_file(r, "/dev/liveupdate", "%s", "");
	tree_file(r, "/dev/iommu", "%s", "");
	tree_file(r, "/run/systemd/system/units", "%s", "");
	tree_file(r, "/sys/bus/pci/drivers_probe", "%s", "");
	tree_file(r, "/sys/bus/pci/drivers/vfio-pci/unbind", "%s", "");
	tree_file(r, "/sys/bus/pci/drivers/igb/unbind", "%s", "");
	tree_file(r, "/sys/bus/pci/drivers/pcieport/unbind", "%s", "");
	spec_process(r, "1", "systemd", 0, "/dev/null");
	spec_process(r, "812", "vmm", 0, "/dev/null");
	spec_device(r, "0000:00:01.0", "0x060400", "pcieport", "3");
	spec_device(r, "0000:01:00.0", "0x020000", "vfio-pci", "7");
	spec_device(r, "0000:02:00.0", "0x020000", "igb", "8");
	tree_file(r, DEV "/driver_override", "vfio-pci\n");
	tree_file(r, DEV "/vfio-dev/vfio0/dev", "511:0\n");
	tree_link(r, "/sys/class/vfio-dev/vfio0",
		  "../../devices/pci0000:00/0000:01:00.0/vfio-dev/vfio0");
	tree_file(r, "/dev/vfio/devices/vfio0", "%s", "");
	config_space(r, 0, 0, 0);
	tree_images(r);
}

static void no_image_here(const char *r)
{
	tree_delete(r, "/boot/vmlinuz-7.3.4-holdfast");
}

/* What "load" writes of files that became others, or went */
static void record_sums(const char *r)
{
	tree_file(r, "/sys/kernel/kexec_loaded", "1\n");
	tree_file(r, "/run/holdfast/next",
		  "kernel=/boot/vmlinuz\ninitrd=/boot/initrd.img\ncmdline=ro kho=on liveupdate=on\nrelease=7.3.5-holdfast\nrunning=0\nkernel-sum=1-00000000\ninitrd-sum=20-00000000\n");
}

static void kernel_gone(const char *r)
{
	tree_delete(r, "/boot/vmlinuz");
	tree_delete(r, "/boot/initrd.img");
}

static void lacks(const char *r, const char *release, const char *option)
{
	char text[2048], path[64], *p;

	strcpy(text, tree_config);
	p = strstr(text, option);
	memcpy(p, "CONFIG_X", 8);
	snprintf(path, sizeof(path), "/boot/config-%s-holdfast", release);
	tree_file(r, path, "%s", text);
}

/* A distribution's kernel */
static void stock(const char *r)
{
	tree_delete(r, "/dev/liveupdate");
	tree_delete(r, "/dev/iommu");
	tree_delete(r, "/sys/kernel/debug");
	tree_delete(r, DEV "/liveupdate");
	tree_delete(r, NIC "/liveupdate");
	tree_delete(r, PORT "/liveupdate");
	tree_delete(r, DEV "/vfio-dev/vfio0");
	tree_file(r, "/proc/cmdline", "ro quiet\n");
	tree_file(r, "/proc/sys/kernel/osrelease", "7.3.4-stock\n");
}

static void gzconfig(const char *r)
{
	char packed[4096];
	size_t n = gzip(tree_config, strlen(tree_config), packed,
			sizeof(packed));

	tree_data(r, "/proc/config.gz", packed, n);
	tree_delete(r, "/boot/config-7.3.4-holdfast");
}

static void origin(const char *r)
{
	uint8_t b[73] = { 1 };

	memcpy(b + 4, "7.3.3-holdfast", 14);
	b[69] = 2;
	tree_data(r, "/sys/kernel/debug/kho/in/sub_fdts/kexec-metadata", b,
		  sizeof(b));
}

static void incoming(const char *r)
{
	tree_file(r, SESSIONS,
		  "incoming waiting holdfast-vm1\n"
		  "\ttoken=0x4846000000000000 handler=memfd-v1 state=waiting\n"
		  "\ttoken=0x1 handler=memfd-v1 state=waiting\n"
		  "\ttoken=0x2 handler=iommufd-v1 state=retrieved\n");
	tree_file(r, DEV "/liveupdate/state", "incoming\n");
	tree_file(r, DEV "/liveupdate/running", "1\n");
	tree_file(r, PORT "/liveupdate/state", "incoming\n");
}

static void preserved(const char *r)
{
	tree_file(r, SESSIONS,
		  "outgoing open holdfast-vm1\n"
		  "\ttoken=0x1 handler=memfd-v1 state=preserved\n"
		  "\ttoken=0x2 handler=iommufd-v1 state=preserved\n"
		  "\ttoken=0x3 handler=vfio-pci-v1 state=preserved\n");
	tree_file(r, DEV "/liveupdate/state", "preserved\n");
	tree_file(r, PORT "/liveupdate/state", "preserved\n");
	spec_process(r, "812", "vmm", 5, "anon_inode:[luo_session] holdfast-vm1");
	spec_process(r, "812", "vmm", 6, "/dev/vfio/devices/vfio0");
}

static void group_of_two(const char *r)
{
	tree_link(r, "/sys/kernel/iommu_groups/7/devices/0000:02:00.0",
		  "../../../../devices");
}

static void record(const char *r)
{
	tree_file(r, "/sys/kernel/kexec_loaded", "1\n");
	tree_file(r, "/run/holdfast/next",
		  "kernel=/boot/vmlinuz\ninitrd=/boot/initrd.img\ncmdline=ro kho=on liveupdate=on\nrelease=7.3.5-holdfast\nrunning=1\n");
}

/* What an enemy of terminals and parsers would call things */
static void evil(const char *r)
{
	tree_file(r, SESSIONS,
		  "outgoing open \033[31m\"ev\\il\" \377 \303\244\n");
	spec_process(r, "812", "v\033m\"", 4, "/dev/liveupdate");
}

static void no_iommu(const char *r)
{
	tree_delete(r, DEV "/iommu_group");
	tree_delete(r, DEV "/iommu");
}

static void long_cmdline(const char *r)
{
	tree_file(r, "/proc/cmdline", "%02500d\n", 0);
}

/* A list of capabilities that leads nowhere: to itself, and off its end */
static void broken_caps(const char *r)
{
	uint8_t b[256] = { [0x06] = 0x10, [0x34] = 0x40, [0x40] = 0x09,
			   [0x41] = 0x40 };

	tree_data(r, DEV "/config", b, sizeof(b));
	tree_delete(r, DEV "/power_state");
}

/* The update is over: its owner has a file without a path */
static void came_over(const char *r)
{
	spec_process(r, "812", "vmm", 6, "anon_inode:[vfio-device]");
	tree_file(r, "/proc/812/fdinfo/6",
		  "pos:\t0\nvfio-device-syspath: " DEV "\n");
}

static void fd_store(const char *r)
{
	spec_process(r, "1", "systemd", 20, "/dev/vfio/devices/vfio0");
	spec_process(r, "1", "systemd", 21, "/dev/iommu");
	spec_process(r, "1", "systemd", 22, "anon_inode:[vfio-device]");
	spec_process(r, "1", "systemd", 23, "anon_inode:[iommufd]");
	spec_process(r, "1", "systemd", 24, "anon_inode:[luo_session] good");
}

#define F(name, path, text) static void name(const char *r)	\
	{ tree_file(r, path, "%s", text); }
#define D(name, path) static void name(const char *r) { tree_delete(r, path); }
#define P(name, pid, comm, fd, target) static void name(const char *r)	\
	{ spec_process(r, pid, comm, fd, target); }

F(loaded, "/sys/kernel/kexec_loaded", "1\n")
F(loaded_odd, "/sys/kernel/kexec_loaded", "maybe\n")
F(bad_record, "/run/holdfast/next", "nothing\n")
F(iommu_off, "/proc/cmdline", "kho=on liveupdate=on intel_iommu=off\n")
F(kho_off, "/proc/cmdline", "liveupdate=on\n")
F(disabled, "/proc/sys/kernel/kexec_load_disabled", "1\n")
F(limit, "/proc/sys/kernel/kexec_load_limit_reboot", "0\n")
F(odd_limit, "/proc/sys/kernel/kexec_load_limit_reboot", "none\n")
F(lockdown, "/sys/kernel/security/lockdown",
  "none [integrity] confidentiality\n")
F(intx, "/proc/interrupts", " 16: 1 IO-APIC vfio-intx(0000:01:00.0)\n")
F(vectors, DEV "/msi_irqs/44", "msix\n")
F(d3, DEV "/power_state", "D3hot\n")
F(sriov, DEV "/sriov_numvfs", "4\n")
F(igd, DEV "/class", "0x030000\n")
F(vf, DEV "/physfn", "")
F(bridge, DEV "/liveupdate/preservable",
  "no: 0000:00:01.0 conventional-bridge\n")
F(runs, DEV "/liveupdate/running", "1\n")
F(retrieved, DEV "/liveupdate/state", "retrieved\n")
F(odd_state, DEV "/liveupdate/state", "melted\n")
F(frozen_both, PORT "/liveupdate/state", "incoming preserved\n")
F(garbage, SESSIONS, "what is this\n")
F(held, SESSIONS, "incoming open holdfast-vm1\n")
F(no_handler, SESSIONS, "incoming waiting holdfast-vm1\n"
  "\ttoken=0x7 handler=vfio-pci-v1 state=no-handler\n")
F(tokens, SESSIONS, "incoming waiting holdfast-vm1\n"
  "\ttoken=0x7 handler=memfd-v1 state=waiting\n"
  "\ttoken=0x8 handler=memfd-v1 state=retrieved\n"
  "\ttoken=0x9 handler=memfd-v1 state=waiting\n")
F(no_device, SESSIONS, "outgoing open holdfast-vm1\n"
  "\ttoken=0x2 handler=iommufd-v1 state=preserved\n")
F(outgoing, SESSIONS, "outgoing open holdfast-vm1\n")
D(no_config, "/boot/config-7.3.4-holdfast")
D(no_release, "/proc/sys/kernel/osrelease")
D(no_cdev, DEV "/vfio-dev/vfio0")
D(no_sessions, "/sys/kernel/debug")
D(no_systemd, "/run/systemd")
D(no_kexec, "/sys/kernel/kexec_loaded")
D(no_cmdline, "/proc/cmdline")
D(no_liveupdate, "/dev/liveupdate")
D(no_power, DEV "/power_state")
D(no_space, DEV "/config")
D(no_interrupts, "/proc/interrupts")
D(no_driver, "/sys/bus/pci/drivers/vfio-pci")
D(no_device_at_all, "/sys/bus/pci/devices")
D(unbound, DEV "/driver")
F(no_conf_dir, "/etc/holdfast.conf.d", "")
F(conf_in_the_way, "/etc/holdfast.conf.d/device-0000:02:00.0.conf/x", "")
P(busy, "812", "vmm", 4, "/dev/liveupdate")
P(busy_too, "700", "child", 4, "/dev/liveupdate")
P(group, "812", "vmm", 7, "/dev/vfio/7")
P(user, "812", "vmm", 6, "/dev/vfio/devices/vfio0")
P(holder, "900", "holdfast-hold", 3, "anon_inode:[luo_session] holdfast-vm1")
P(vmm_holds, "812", "vmm", 5, "anon_inode:[luo_session] holdfast-vm1")
P(pid1_holds, "1", "systemd", 9, "anon_inode:[luo_session] holdfast-vm1")
static void fifo_conf(const char *r)
{
	char path[256];

	tree_file(r, "/etc/holdfast.conf.d/a.conf", "%s", "");
	snprintf(path, sizeof(path), "%s/etc/holdfast.conf", r);
	if (mkfifo(path, 0600))
		perror(path);
}
static void in_scope(const char *r)
{
	tree_file(r, "/proc/812/cgroup", "%s",
		  "0::/user.slice/session-3.scope\n");
}
static void amd(const char *r)
{
	tree_link(r, DEV "/iommu", "../../virtual/iommu/ivhd0");
}
static void msix(const char *r) { config_space(r, 0, 0, 1); }
static void msi(const char *r) { config_space(r, 0, 1, 0); }
static void pm3(const char *r) { config_space(r, 3, 0, 0); }
static void lacks_cdev(const char *r)
{
	lacks(r, "7.3.4", "CONFIG_VFIO_DEVICE_CDEV");
	no_cdev(r);
}
static void lacks_iommu(const char *r)
{
	lacks(r, "7.3.4", "CONFIG_IOMMU_LIVE");
}
static void next_no_iov(const char *r) { lacks(r, "7.3.5", "CONFIG_PCI_IOV"); }
static void next_no_stub(const char *r)
{
	lacks(r, "7.3.5", "CONFIG_PCI_PF_STUB");
}
static void port_unbound(const char *r) { tree_delete(r, PORT "/driver"); }
static void recorded(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/device-0000:01:00.0.conf",
		  "[device 0000:01:00.0]\nid = 8086:10c9\ndriver = vfio-pci\n");
}
static void recorded_nic(const char *r)
{
	tree_file(r, "/etc/holdfast.conf",
		  "# by hand\n\n[device 02:00.0]\n\tdriver=vfio-pci\n");
}
static void recorded_other(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/device-0000:01:00.0.conf",
		  "[device 0000:01:00.0]\nid = 1af4:1000\ndriver = igb\n");
}
static void recorded_igb(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/a.conf",
		  "[device 0000:01:00.0]\ndriver = igb\n");
}
static void recorded_gone(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/device-0000:0b:00.0.conf",
		  "[device 0000:0b:00.0]\n");
}
static void recorded_wrong(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/device-0000:01:00.0.conf",
		  "[device 0000:01:00.0]\nid = 8086:10c9\ndriver = igb # keep\n");
}
static void recorded_bad_id(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/a.conf",
		  "[device 0000:01:00.0]\nid = 8086-10c9\ndriver = igb\n");
}
static void recorded_upper(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/a.conf",
		  "[device 0000:02:00.0]\nid = 8086:10C9\n");
}
static void later_id(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/z.conf",
		  "[device 0000:02:00.0]\nid = 1AF4:1000\n");
}
static void later_wrong(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/z.conf",
		  "[device 0000:02:00.0]\nid = none\n");
}
static void recorded_nul(const char *r)
{
	static const char text[] = "[device 02:00.0]\n\0\n[device 01:00.0]\n";

	tree_data(r, "/etc/holdfast.conf", text, sizeof(text) - 1);
}
/* Of a run that was killed: no record that anybody made */
static void left_over(const char *r)
{
	tree_file(r, "/etc/holdfast.conf.d/.device-0000:01:00.0.conf",
		  "[device 0000:01:00.0]\n");
}
/* Of another version, and by people */
static void odd_conf(const char *r)
{
	tree_file(r, "/etc/holdfast.conf",
		  "driver = none\n[general]\ncolour = red\n[device 02:00.0\n"
		  "[device x]\n[device 02:00.0]\ndriver = ../x\nid = Intel\n"
		  "wish = more\nnothing\n; a\n\n driver =\tvfio-pci \n[device]\n");
	tree_file(r, "/etc/holdfast.conf.d/z.conf/x", "%s", "");
	tree_file(r, "/etc/holdfast.conf.d/README", "%s", "nothing\n");
}
/* Two wait for a driver */
static void two_incoming(const char *r)
{
	unbound(r);
	no_cdev(r);
	tree_delete(r, NIC "/driver");
	tree_file(r, NIC "/liveupdate/state", "incoming\n");
}
/* An initramfs: sysfs and nothing else */
static void bare(const char *r)
{
	tree_delete(r, "/proc");
	tree_delete(r, "/run");
	tree_delete(r, "/boot");
	tree_delete(r, "/dev");
	tree_delete(r, "/sys/kernel");
}
static void empty(const char *r) { tree_file(r, "/proc/none", "%s", ""); }
static void kho_default(const char *r)
{
	tree_file(r, "/boot/config-7.3.4-holdfast",
		  "%sCONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y\n", tree_config);
}

static void net(const char *r, const char *flags)
{
	tree_link(r, "/sys/class/net/eth0",
		  "../../devices/pci0000:00/0000:02:00.0/net/eth0");
	tree_file(r, NIC "/net/eth0/flags", "%s\n", flags);
	/* Of another device, and of none */
	tree_link(r, "/sys/class/net/eth1",
		  "../../devices/pci0000:00/0000:03:00.0/net/eth1");
	tree_file(r, PCI "0000:03:00.0/net/eth1/flags", "0x1003\n");
	tree_file(r, "/sys/class/net/bonding_masters", "\n");
}
static void net_up(const char *r) { net(r, "0x1003"); }
static void net_down(const char *r) { net(r, "0x1002"); }
static void disk(const char *r)
{
	tree_link(r, "/sys/class/block/nvme0n1",
		  "../../devices/pci0000:00/0000:02:00.0/nvme/nvme0/nvme0n1");
	tree_link(r, "/sys/class/block/nvme0n1p1",
		  "../../devices/pci0000:00/0000:02:00.0/nvme/nvme0/nvme0n1/nvme0n1p1");
	tree_file(r, NIC "/nvme/nvme0/nvme0n1/nvme0n1p1/partition", "1\n");
	tree_file(r, "/dev/nvme0n1", "%s", "");
}
static void initramfs_tools(const char *r)
{
	tree_file(r, "/usr/sbin/update-initramfs", "%s", "");
}
/* Installed as distributions do */
static void installed(const char *r)
{
	tree_link(r, "/boot/vmlinuz-7.3.5-holdfast", "vmlinuz");
	tree_file(r, "/boot/initrd.img-7.3.5-holdfast", "%s", "070701");
}
static void installed_dracut(const char *r)
{
	tree_link(r, "/boot/vmlinuz-7.3.5-holdfast", "vmlinuz");
	tree_file(r, "/boot/initramfs-7.3.5-holdfast.img", "%s", "070701");
}
static void dracut(const char *r)
{
	tree_file(r, "/usr/bin/dracut", "%s", "");
}

#define W(name) { #name, name }
static const struct {
	const char *word;
	void (*apply)(const char *root);
} words[] = {
	W(ready), W(empty), W(stock), W(gzconfig), W(origin), W(incoming),
	W(preserved), W(group_of_two), W(record), W(evil), W(no_iommu),
	W(broken_caps), W(fd_store), W(loaded), W(loaded_odd), W(bad_record),
	W(iommu_off), W(kho_off), W(disabled), W(limit), W(odd_limit),
	W(lockdown), W(intx), W(vectors), W(d3), W(sriov), W(igd), W(vf),
	W(bridge), W(runs), W(retrieved), W(odd_state), W(frozen_both),
	W(garbage), W(held), W(no_handler), W(tokens), W(no_device),
	W(outgoing), W(in_scope), W(fifo_conf),
	W(no_image_here), W(record_sums), W(kernel_gone), W(no_config), W(no_release), W(no_cdev), W(no_sessions),
	W(no_systemd), W(no_kexec), W(no_cmdline), W(no_liveupdate),
	W(no_power), W(no_driver), W(no_device_at_all), W(unbound), W(busy),
	W(group), W(user), W(holder), W(vmm_holds), W(pid1_holds), W(amd),
	W(msix), W(msi), W(pm3), W(lacks_cdev), W(lacks_iommu), W(kho_default),
	W(long_cmdline), W(port_unbound), W(two_incoming), W(bare),
	W(recorded), W(recorded_nic), W(recorded_other), W(recorded_igb),
	W(no_space), W(no_interrupts), W(busy_too), W(recorded_gone),
	W(odd_conf), W(came_over),
	W(net_up), W(net_down), W(disk), W(initramfs_tools), W(dracut),
	W(installed), W(installed_dracut),
	W(recorded_wrong), W(recorded_bad_id), W(recorded_upper), W(later_id),
	W(later_wrong), W(recorded_nul), W(left_over),
	W(no_conf_dir), W(conf_in_the_way),
	W(vfs), W(vfs_preserved), W(vfs_incoming), W(pf_igb), W(pf_stub),
	W(pf_open), W(pf_busy), W(pf_link), W(pf_rebar), W(pf_none),
	W(pf_preserved), W(pf_d3), W(next_no_iov), W(next_no_stub),
	W(recorded_pf_stub), W(recorded_pf_other), W(recorded_vf),
};

int tree_make(const char *root, const char *spec)
{
	char copy[256], *word, *save;
	size_t i;

	snprintf(copy, sizeof(copy), "%s", spec);
	for (word = strtok_r(copy, "+", &save); word;
	     word = strtok_r(NULL, "+", &save)) {
		if (*word == '!')
			continue;
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (!strcmp(words[i].word, word))
				break;
		if (i == sizeof(words) / sizeof(words[0]))
			return -1;
		words[i].apply(root);
	}
	return 0;
}
