// SPDX-License-Identifier: MIT
/* Devices in sysfs, and what this kernel has */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake.h"
#include "fake-kernel.h"

#define ATTR "/sys/bus/pci/devices/" BDF0 "/"

static struct hf_device find(const char *spec)
{
	struct hf_device d = { .size = sizeof(d) };

	ok(hf_device_find(fake->ctx, spec, &d, err));
	return d;
}

static void a_device_is_found_by_each_of_its_names(void **state)
{
	static const char *const names[] = {
		"01:00.0", "0000:01:00.0", "vfio0", "/dev/vfio/devices/vfio0",
		"/sys/bus/pci/devices/0000:01:00.0",
		"/sys/devices/pci0000:00/0000:01:00.0//",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_string_equal(find(names[i]).bdf, BDF0);
}

static void everything_of_a_device_is_read(void **state)
{
	struct hf_device d;

	(void)state;
	fake_write("vfio-pci\n", ATTR "driver_override");
	d = find(BDF0);
	assert_int_equal(d.rid, 0x100);
	assert_int_equal(d.vendor, 0x8086);
	assert_int_equal(d.device, 0x10d3);
	assert_int_equal(d.class_code, 0x020000);
	assert_int_equal(d.iommu_group, 7);
	assert_int_equal(d.preservable, HF_PRESERVABLE_YES);
	assert_int_equal(d.state, 0);
	assert_int_equal(d.running, 0);
	assert_int_equal(d.flags, HF_DEVICE_LIVEUPDATE | HF_DEVICE_VFIO);
	assert_string_equal(d.driver, "vfio-pci");
	assert_string_equal(d.driver_override, "vfio-pci");
	assert_string_equal(d.cdev, VFIO0);
	assert_string_equal(d.syspath, "/sys/devices/pci0000:00/0000:01:00.0");
	ok(hf_device_check(&d, err));
}

static void states_are_sets_of_words(void **state)
{
	(void)state;
	fake_write("incoming preserved\n", ATTR "liveupdate/state");
	fake_write("1\n", ATTR "liveupdate/running");
	assert_int_equal(find(BDF0).state,
			 HF_STATE_INCOMING | HF_STATE_PRESERVED);
	assert_int_equal(find(BDF0).running, 1);
	fake_write("retrieved frozen\n", ATTR "liveupdate/state");
	assert_int_equal(find(BDF0).state,
			 HF_STATE_RETRIEVED | HF_STATE_FROZEN);
	fake_write("newer\n", ATTR "liveupdate/state");
	assert_int_equal(find(BDF0).state, HF_STATE_UNKNOWN);
}

static void bridges_and_virtual_functions_are_told(void **state)
{
	struct hf_device d;

	(void)state;
	fake_write("0x060400\n", ATTR "class");
	fake_link("../x", "/sys/devices/pci0000:00/" BDF0 "/physfn");
	d = find(BDF0);
	assert_int_equal(d.flags & (HF_DEVICE_BRIDGE | HF_DEVICE_VIRTFN),
			 HF_DEVICE_BRIDGE | HF_DEVICE_VIRTFN);
}

#define VF0 "/sys/devices/pci0000:00/0000:01:10.0/"

/* BDF0 has three, of which BDF0's directory knows by links */
static void three_virtual_functions(void)
{
	static const char *const vfs[] = {
		"0000:01:10.0", "0000:01:10.2", "0000:01:10.4",
	};
	char target[64];

	fake_write("3\n", ATTR "sriov_numvfs");
	for (size_t i = 0; i < sizeof(vfs) / sizeof(*vfs); i++) {
		fake_device(vfs[i], NULL, 0);
		snprintf(target, sizeof(target), "../%s", vfs[i]);
		fake_link(target, "/sys/devices/pci0000:00/" BDF0 "/virtfn%zu",
			  i);
		fake_link("../" BDF0, "/sys/devices/pci0000:00/%s/physfn",
			  vfs[i]);
	}
}

static void virtual_functions_and_their_physical_one_name_each_other(void **state)
{
	struct hf_device d;

	(void)state;
	assert_int_equal(find(BDF0).virtfns, 0);
	three_virtual_functions();
	d = find("0000:01:10.2");
	assert_string_equal(d.physfn, BDF0);
	assert_int_equal(d.virtfns, 0);
	d = find(BDF0);
	assert_string_equal(d.physfn, "");
	assert_int_equal(d.virtfns, 3);
	assert_int_equal(d.virtfns_kept, 0);
	fake_write("preserved\n", VF0 "liveupdate/state");
	assert_int_equal(find(BDF0).virtfns_kept, 1);
	fake_write("incoming\n", VF0 "../0000:01:10.4/liveupdate/state");
	assert_int_equal(find(BDF0).virtfns_kept, 2);
	/* One goes while we look, a kernel without live update has no states */
	fake_remove(VF0 "liveupdate");
	fake_remove("/sys/devices/pci0000:00/" BDF0 "/virtfn1");
	assert_int_equal(find(BDF0).virtfns, 3);
	assert_int_equal(find(BDF0).virtfns_kept, 1);
}

static struct hf_device blamed(const char *reason)
{
	char text[64];

	snprintf(text, sizeof(text), "no: " BDF0 " %s\n", reason);
	fake_write(text, VF0 "liveupdate/preservable");
	return find("0000:01:10.0");
}

static void what_stands_against_a_virtual_function_is_told(void **state)
{
	struct hf_error e = { .size = sizeof(e) };
	struct hf_device d;

	(void)state;
	three_virtual_functions();
	fake_bind(BDF0, "e1000e");
	d = blamed("physfn-driver");
	assert_string_equal(d.physfn_driver, "e1000e");
	assert_int_equal(hf_device_check(&d, &e), -EPERM);
	assert_string_equal(e.id, "device-physfn-driver");
	assert_non_null(strstr(e.why, "driver e1000e of its physical"));
	fake_unbind(BDF0);
	d = blamed("physfn-driver");
	assert_string_equal(d.physfn_driver, "");
	assert_int_equal(hf_device_check(&d, &e), -EPERM);
	assert_non_null(strstr(e.why, BDF0 " has no driver"));
	d = blamed("physfn-busy");
	refused(hf_device_check(&d, err), EBUSY, "device-physfn-busy");
	d = blamed("physfn-link");
	refused(hf_device_check(&d, err), EPERM, "device-physfn");
	d = blamed("acs-quirk");
	refused(hf_device_check(&d, err), EPERM, "device-not-preservable");
	/* Who has none can only have one in the way by a fault of the kernel */
	d = blamed("physfn-link");
	*d.physfn = 0;
	refused(hf_device_check(&d, err), EPERM, "device-not-preservable");
}

static void a_physical_function_that_is_kept_can_be_preserved(void **state)
{
	struct hf_device d;

	(void)state;
	three_virtual_functions();
	fake_write("preserved\n", VF0 "liveupdate/state");
	fake_write("preserved\n", ATTR "liveupdate/state");
	d = find(BDF0);
	ok(hf_device_check(&d, err));
	fake_write("frozen\n", ATTR "liveupdate/state");
	d = find(BDF0);
	refused(hf_device_check(&d, err), EBUSY, "device-busy");
	/* Its own file is the only reason that is left */
	fake_write("none\n", VF0 "liveupdate/state");
	fake_write("preserved\n", ATTR "liveupdate/state");
	d = find(BDF0);
	refused(hf_device_check(&d, err), EBUSY, "device-busy");
}

static void what_is_no_device_is_refused(void **state)
{
	struct hf_device d = { .size = sizeof(d) };

	(void)state;
	refused(hf_device_find(fake->ctx, "eth0", &d, err), EINVAL,
		"device-spec");
	refused(hf_device_find(fake->ctx, "/sys/", &d, err), EINVAL,
		"device-spec");
	refused(hf_device_find(fake->ctx, "03:00.0", &d, err), ENODEV,
		"device-missing");
	refused(hf_device_find(fake->ctx, "vfio9", &d, err), ENODEV,
		"device-missing");
	refused(hf_device_find(fake->ctx, NULL, &d, err), EINVAL,
		"bad-argument");
	fake_link("nonsense", "/sys/class/vfio-dev/vfio8");
	refused(hf_device_find(fake->ctx, "vfio8", &d, err), ENODEV,
		"device-missing");
	d.size = 8;
	refused(hf_device_find(fake->ctx, BDF0, &d, err), EINVAL,
		"bad-argument");
}

static void each_reason_against_preserving_is_told(void **state)
{
	struct hf_error e = { .size = sizeof(e) };
	struct hf_device d;

	(void)state;
	fake_write("no: 0000:00:1c.0 acs-quirk\n",
		   ATTR "liveupdate/preservable");
	d = find(BDF0);
	assert_int_equal(d.preservable, HF_PRESERVABLE_NO);
	assert_int_equal(hf_device_check(&d, &e), -EPERM);
	assert_non_null(strstr(e.why, "0000:00:1c.0 acs-quirk"));
	fake_write("perhaps\n", ATTR "liveupdate/preservable");
	d = find(BDF0);
	assert_int_equal(d.preservable, HF_PRESERVABLE_UNKNOWN);
	refused(hf_device_check(&d, err), EPERM, "device-not-preservable");
	fake_write("yes\n", ATTR "liveupdate/preservable");
	fake_write("retrieved\n", ATTR "liveupdate/state");
	d = find(BDF0);
	refused(hf_device_check(&d, err), EBUSY, "device-busy");
	fake_write("none\n", ATTR "liveupdate/state");
	fake_remove("/sys/devices/pci0000:00/" BDF0 "/vfio-dev/vfio0/dev");
	d = find(BDF0);
	refused(hf_device_check(&d, err), ENXIO, "vfio-no-cdev");
	fake_unbind(BDF0);
	d = find(BDF0);
	refused(hf_device_check(&d, err), ENODEV, "device-driver");
	fake_bind(BDF0, "e1000e");
	d = find(BDF0);
	refused(hf_device_check(&d, err), ENODEV, "device-driver");
	fake_remove("/sys/devices/pci0000:00/" BDF0 "/liveupdate");
	d = find(BDF0);
	refused(hf_device_check(&d, err), EOPNOTSUPP, "device-no-liveupdate");
	d.size = 1;
	refused(hf_device_check(&d, err), EINVAL, "bad-argument");
}

static void all_devices_are_walked_in_order(void **state)
{
	struct hf_device d = { .size = sizeof(d) };
	int n = 0;

	(void)state;
	fake_device("0001:00:00.0", NULL, 0);
	fake_write("", "/sys/bus/pci/devices/README");
	/* One that is unplugged while the others are read */
	fake_link("gone", "/sys/bus/pci/devices/0000:01:00.1");
	while (!hf_device_next(fake->ctx, d.bdf, &d, NULL))
		assert_string_equal(d.bdf, n++ == 0 ? BDF0 :
				    n == 2 ? BDF1 : "0001:00:00.0");
	assert_int_equal(n, 3);
	refused(hf_device_next(fake->ctx, d.bdf, &d, err), ENOENT,
		"device-last");
	refused(hf_device_next(fake->ctx, "x", &d, err), EINVAL,
		"device-spec");
	refused(hf_device_next(fake->ctx, NULL, &d, err), EINVAL,
		"bad-argument");
}

static void a_file_tells_its_device(void **state)
{
	uint32_t domain, rid;
	int fd, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	ok(hf_vfio_open(fake->ctx, BDF1, &fd, err));
	ok(hf_device_of_fd(fake->ctx, fd, &domain, &rid, err));
	assert_int_equal(domain, 0);
	assert_int_equal(rid, 0x200);
	refused(hf_device_of_fd(fake->ctx, null, &domain, &rid, err), ENODEV,
		"device-unknown");
	refused(hf_device_of_fd(fake->ctx, -1, &domain, &rid, err), EBADF,
		"vfio-bad-fd");
	refused(hf_device_of_fd(fake->ctx, fd, NULL, &rid, err), EINVAL,
		"bad-argument");
	/* Of a kernel that only knows the number of what was opened */
	fake_link("../../devices/pci0000:00/0000:01:00.0/vfio-dev/vfio0",
		  "/sys/dev/char/1:3");
	ok(hf_device_of_fd(fake->ctx, null, &domain, &rid, err));
	assert_int_equal(rid, 0x100);
	close(null);
	fake_ops.close(fake, fd);
}

static void what_the_kernel_has_is_told(void **state)
{
	struct hf_host h = { .size = sizeof(h) };

	(void)state;
	ok(hf_host_probe(fake->ctx, &h, err));
	assert_int_equal(h.features, HF_HOST_LIVEUPDATE | HF_HOST_IOMMUFD |
			 HF_HOST_VFIO_PCI | HF_HOST_PCI_LIVEUPDATE |
			 HF_HOST_VFIO_CDEV | HF_HOST_VFIO_BOUND);
	fake_write("0\n", "/sys/kernel/kexec_loaded");
	fake_write("", "/sys/kernel/debug/liveupdate/sessions");
	fake_write("quiet kho=on liveupdate=on\n", "/proc/cmdline");
	ok(hf_host_probe(fake->ctx, &h, err));
	assert_int_equal(h.features, 511);
	fake_write("quiet kho=on\n", "/proc/cmdline");
	fake_remove("/dev/liveupdate");
	ok(hf_host_probe(fake->ctx, &h, err));
	assert_int_equal(h.features, 511 - HF_HOST_CMDLINE -
			 HF_HOST_LIVEUPDATE);
	h.size = 4;
	refused(hf_host_probe(fake->ctx, &h, err), EINVAL, "bad-argument");
}

static void an_interface_that_is_up_is_use(void **state)
{
	(void)state;
	ok(hf_device_host_use(fake->ctx, BDF0, err));
	fake_link("../../devices/pci0000:00/" BDF0 "/virtio0/net/eth0",
		  "/sys/class/net/eth0");
	fake_write("0x1002\n",
		   "/sys/devices/pci0000:00/" BDF0 "/virtio0/net/eth0/flags");
	ok(hf_device_host_use(fake->ctx, BDF0, err));
	fake_write("0x1003\n",
		   "/sys/devices/pci0000:00/" BDF0 "/virtio0/net/eth0/flags");
	refused(hf_device_host_use(fake->ctx, BDF0, err), EBUSY,
		"host-uses-net");
	ok(hf_device_host_use(fake->ctx, BDF1, err));
	refused(hf_device_host_use(fake->ctx, "0b:00.0", err), ENODEV,
		"device-missing");
}

static void a_disk_with_a_holder_is_use(void **state)
{
	(void)state;
	/* The name of its file has a slash, and its partition is not asked */
	fake_link("../../devices/pci0000:00/" BDF0 "/cciss0/block/cciss!c0d0",
		  "/sys/class/block/cciss!c0d0");
	fake_link("../../devices/pci0000:00/" BDF1 "/block/sda/sda1",
		  "/sys/class/block/sda1");
	fake_write("1\n",
		   "/sys/devices/pci0000:00/" BDF1 "/block/sda/sda1/partition");
	fake_write("", "/dev/sda1");
	fake->disk_held = 1;
	ok(hf_device_host_use(fake->ctx, BDF0, err));
	fake_write("", "/dev/cciss/c0d0");
	refused(hf_device_host_use(fake->ctx, BDF0, err), EBUSY,
		"host-uses-disk");
	ok(hf_device_host_use(fake->ctx, BDF1, err));
	fake->disk_held = 0;
	ok(hf_device_host_use(fake->ctx, BDF0, err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_is_found_by_each_of_its_names),
		TEST(everything_of_a_device_is_read),
		TEST(states_are_sets_of_words),
		TEST(bridges_and_virtual_functions_are_told),
		TEST(virtual_functions_and_their_physical_one_name_each_other),
		TEST(what_stands_against_a_virtual_function_is_told),
		TEST(a_physical_function_that_is_kept_can_be_preserved),
		TEST(what_is_no_device_is_refused),
		TEST(each_reason_against_preserving_is_told),
		TEST(all_devices_are_walked_in_order),
		TEST(a_file_tells_its_device),
		TEST(what_the_kernel_has_is_told),
		TEST(an_interface_that_is_up_is_use),
		TEST(a_disk_with_a_holder_is_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
