// SPDX-License-Identifier: MIT
/* Binding drivers */
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"
#include "fake-kernel.h"

#define OVERRIDE	"/sys/bus/pci/devices/" BDF0 "/driver_override"

static void is(const char *driver, const char *override)
{
	struct hf_device d = { .size = sizeof(d) };

	ok(hf_device_find(fake->ctx, BDF0, &d, err));
	assert_string_equal(d.driver, driver);
	assert_string_equal(d.driver_override, override);
}

static void start(const char *driver)
{
	fake_unbind(BDF0);
	if (*driver)
		fake_bind(BDF0, driver);
}

static void a_driver_is_bound_and_the_former_one_back(void **state)
{
	struct hf_binding before = { .size = sizeof(before) };

	(void)state;
	start("e1000e");
	ok(hf_bind(fake->ctx, "01:00.0", "vfio-pci", &before, err));
	is("vfio-pci", "vfio-pci");
	assert_string_equal(before.driver, "e1000e");
	assert_string_equal(before.driver_override, "");
	ok(hf_bind_undo(fake->ctx, BDF0, &before, err));
	is("e1000e", "");
}

static void a_driver_that_is_bound_only_gets_its_override(void **state)
{
	(void)state;
	fake->unbind_code = -EIO;
	ok(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err));
	is("vfio-pci", "vfio-pci");
	ok(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err));
}

static void a_device_without_driver_gets_one_and_none_again(void **state)
{
	struct hf_binding before = { .size = sizeof(before) };

	(void)state;
	start("");
	ok(hf_bind(fake->ctx, BDF0, "vfio-pci", &before, err));
	is("vfio-pci", "vfio-pci");
	ok(hf_bind_undo(fake->ctx, BDF0, &before, err));
	is("", "");
}

static void a_driver_that_does_not_take_it_is_noticed(void **state)
{
	struct hf_error e = { .size = sizeof(e) };

	(void)state;
	start("");
	fake->probe_refuses = 1;
	refused(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err), ENXIO,
		"bind-not-taken");
	is("", "");
	start("e1000e");
	assert_int_equal(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, &e),
			 -ENXIO);
	assert_string_equal(e.id, "bind-not-undone");
}

#define PHYSFN "/sys/devices/pci0000:00/" BDF0 "/"

/* BDF1 is one of BDF0's, and both came with the live update */
static void start_virtual(const char *physfn_driver)
{
	fake_unbind(BDF0);
	fake_unbind(BDF1);
	fake_link("../" BDF0, "/sys/devices/pci0000:00/" BDF1 "/physfn");
	fake_write("incoming\n", PHYSFN "liveupdate/state");
	fake_write("incoming\n",
		   "/sys/devices/pci0000:00/" BDF1 "/liveupdate/state");
	if (*physfn_driver)
		fake_bind(BDF0, physfn_driver);
}

static void a_virtual_function_waits_for_its_physical_one(void **state)
{
	struct hf_error e = { .size = sizeof(e) };

	(void)state;
	start_virtual("");
	fake->probe_waits = 1000;
	refused(hf_bind(fake->ctx, BDF1, "vfio-pci", NULL, err), ENXIO,
		"bind-physfn");
	/* It would not help to wait */
	assert_int_equal(fake->slept, 0);
	assert_int_equal(fake->probe_waits, 999);
	/* Its driver is about to be ready */
	start_virtual("vfio-pci");
	fake->probe_waits = 3;
	ok(hf_bind(fake->ctx, BDF1, "vfio-pci", NULL, err));
	assert_int_equal(fake->slept, 60);
	/* That was not the reason */
	start_virtual("vfio-pci");
	fake->probe_waits = 1000;
	fake->slept = 0;
	assert_int_equal(hf_bind(fake->ctx, BDF1, "vfio-pci", NULL, &e),
			 -ENXIO);
	assert_string_equal(e.id, "bind-not-taken");
	assert_int_equal(fake->slept, 1000);
	/* Nobody waits for one that did not come with the live update */
	start_virtual("vfio-pci");
	fake_write("none\n", PHYSFN "liveupdate/state");
	fake->slept = 0;
	refused(hf_bind(fake->ctx, BDF1, "vfio-pci", NULL, err), ENXIO,
		"bind-not-taken");
	assert_int_equal(fake->slept, 0);
}

/* The kernel would wait until its virtual functions are finished */
static void a_physical_function_is_not_taken_from_virtual_ones(void **state)
{
	(void)state;
	start_virtual("e1000e");
	fake_write("1\n", PHYSFN "sriov_numvfs");
	fake_link("../" BDF1, PHYSFN "virtfn0");
	refused(hf_unbind(fake->ctx, BDF0, 0, NULL, err), EBUSY,
		"bind-virtfns");
	refused(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err), EBUSY,
		"bind-virtfns");
	is("e1000e", "");
	/* It has to get one */
	fake_unbind(BDF0);
	ok(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err));
	ok(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err));
	fake_write("none\n",
		   "/sys/devices/pci0000:00/" BDF1 "/liveupdate/state");
	ok(hf_unbind(fake->ctx, BDF0, 0, NULL, err));
}

static void whichever_write_fails_the_former_driver_is_back(void **state)
{
	int failures = 0;

	(void)state;
	for (unsigned int n = 1; ; n++) {
		struct hf_error e = { .size = sizeof(e) };
		int ret;

		start("e1000e");
		fake_write("(null)\n", OVERRIDE);
		fake->calls = 0;
		fake->fail_at = n;
		fake->fail_code = -EIO;
		ret = hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, &e);
		fake->fail_at = 0;
		if (!ret) {
			is("vfio-pci", "vfio-pci");
			if (fake->calls < n)
				break;
			continue;
		}
		failures++;
		is("e1000e", "");
	}
	assert_true(failures >= 6);
}

static void a_driver_that_does_not_let_go_changes_nothing(void **state)
{
	(void)state;
	start("e1000e");
	fake->unbind_code = -EIO;
	refused(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err), EIO,
		"bind-write");
	is("e1000e", "");
	refused(hf_unbind(fake->ctx, BDF0, 0, NULL, err), EIO,
		"bind-write");
	is("e1000e", "");
	fake->unbind_code = -EPERM;
	refused(hf_unbind(fake->ctx, BDF0, 0, NULL, err), EPERM,
		"bind-permission");
}

static void devices_that_are_needed_are_left_alone(void **state)
{
	(void)state;
	fake_write("vmm\n", "/proc/77/comm");
	fake_link(VFIO0, "/proc/77/fd/9");
	refused(hf_bind(fake->ctx, BDF0, "e1000e", NULL, err), EBUSY,
		"bind-in-use");
	refused(hf_unbind(fake->ctx, BDF0, 0, NULL, err), EBUSY,
		"bind-in-use");
	fake_remove("/proc/77");
	fake_write("preserved\n",
		   "/sys/bus/pci/devices/" BDF0 "/liveupdate/state");
	refused(hf_bind(fake->ctx, BDF0, "e1000e", NULL, err), EBUSY,
		"bind-preserved");
	refused(hf_unbind(fake->ctx, BDF0, 0, NULL, err), EBUSY,
		"bind-preserved");
	is("vfio-pci", "");
}

/* The owner of a device that came over, and one that used its group */
static void one_that_did_not_open_the_device_file_is_seen(void **state)
{
	(void)state;
	fake_write("vmm\n", "/proc/77/comm");
	fake_link("anon_inode:[vfio-device]", "/proc/77/fd/9");
	fake_write("vfio-device-syspath: /sys/devices/pci0000:00/" BDF1 "\n",
		   "/proc/77/fdinfo/9");
	ok(hf_bind_check(fake->ctx, BDF0, "e1000e", NULL, err));
	fake_write("vfio-device-syspath: /sys/devices/pci0000:00/" BDF0 "\n",
		   "/proc/77/fdinfo/9");
	refused(hf_bind(fake->ctx, BDF0, "e1000e", NULL, err), EBUSY,
		"bind-in-use");
	refused(hf_unbind(fake->ctx, BDF0, 0, NULL, err), EBUSY,
		"bind-in-use");
	fake_remove("/proc/77");
	fake_write("vmm\n", "/proc/77/comm");
	fake_link("/dev/vfio/7", "/proc/77/fd/9");
	refused(hf_unbind(fake->ctx, BDF0, 0, NULL, err), EBUSY,
		"bind-in-use");
	is("vfio-pci", "");
}

/* A VMM may bind its device itself while we are at it */
static void a_driver_of_somebody_else_is_left_alone(void **state)
{
	(void)state;
	start("e1000e");
	fake->unbind_race = "vfio-pci";
	refused(hf_unbind(fake->ctx, BDF0, 0, NULL, err), EBUSY,
		"bind-changed");
	is("vfio-pci", "");
	start("e1000e");
	fake->unbind_race = "igb";
	refused(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err), EBUSY,
		"bind-changed");
	is("igb", "");
	fake->unbind_race = NULL;
	start("e1000e");
	fake->probe_race = "igb";
	refused(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err), EBUSY,
		"bind-changed");
	fake_write("(null)\n", OVERRIDE);
	is("igb", "");
}

/* It cannot be told from ours, but its owner can */
static void the_same_driver_is_not_undone_below_somebody(void **state)
{
	(void)state;
	start("e1000e");
	fake_write("vmm\n", "/proc/77/comm");
	fake_link(VFIO0, "/proc/77/fd/9");
	fake->probe_race = "vfio-pci";
	fake->probe_code = -EIO;
	refused(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err), EBUSY,
		"bind-in-use");
	is("vfio-pci", "vfio-pci");
	/* Whoever has none of it open may bind it again */
	fake_remove("/proc/77");
	start("e1000e");
	assert_int_equal(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, NULL),
			 -EIO);
}

static void what_would_be_refused_is_told_without_a_write(void **state)
{
	struct hf_binding before = { .size = sizeof(before) };

	(void)state;
	start("e1000e");
	fake->unbind_code = -EIO;
	fake->probe_refuses = 1;
	ok(hf_bind_check(fake->ctx, "01:00.0", "vfio-pci", &before, err));
	assert_string_equal(before.driver, "e1000e");
	ok(hf_bind_check(fake->ctx, BDF0, "", NULL, err));
	is("e1000e", "");
	refused(hf_bind_check(fake->ctx, BDF0, "nvme", NULL, err), ENOENT,
		"bind-no-driver");
	refused(hf_bind_check(fake->ctx, "09:00.0", "vfio-pci", NULL, err),
		ENODEV, "device-missing");
	refused(hf_bind_check(fake->ctx, BDF0, "../x", NULL, err), EINVAL,
		"bad-argument");
	start("vfio-pci");
	fake_write("vmm\n", "/proc/77/comm");
	fake_link(VFIO0, "/proc/77/fd/9");
	refused(hf_bind_check(fake->ctx, BDF0, "e1000e", NULL, err), EBUSY,
		"bind-in-use");
	refused(hf_bind_check(fake->ctx, BDF0, "", NULL, err), EBUSY,
		"bind-in-use");
	/* Nothing is to be unbound */
	ok(hf_bind_check(fake->ctx, BDF0, "vfio-pci", NULL, err));
	fake_remove("/proc/77");
	fake_write("preserved\n",
		   "/sys/bus/pci/devices/" BDF0 "/liveupdate/state");
	refused(hf_bind_check(fake->ctx, BDF0, "e1000e", NULL, err), EBUSY,
		"bind-preserved");
}

static void an_incoming_device_gets_its_driver(void **state)
{
	(void)state;
	start("");
	fake_write("incoming\n",
		   "/sys/bus/pci/devices/" BDF0 "/liveupdate/state");
	ok(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err));
	is("vfio-pci", "vfio-pci");
}

static void unbinding_clears_the_override(void **state)
{
	struct hf_binding before = { .size = sizeof(before) };

	(void)state;
	ok(hf_bind(fake->ctx, BDF0, "vfio-pci", NULL, err));
	ok(hf_unbind(fake->ctx, BDF0, 0, &before, err));
	is("", "");
	assert_string_equal(before.driver, "vfio-pci");
	assert_string_equal(before.driver_override, "vfio-pci");
	ok(hf_unbind(fake->ctx, BDF0, HF_UNBIND_REPROBE, &before, err));
	is("e1000e", "");
}

static void names_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = { "", ".", "../x", "a/b", "a b",
					   "a\n" };
	struct hf_binding b = { .size = sizeof(b) };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(hf_bind(fake->ctx, BDF0, bad[i], NULL, err), EINVAL,
			"bad-argument");
	refused(hf_bind(fake->ctx, BDF0, "nvme", NULL, err), ENOENT,
		"bind-no-driver");
	refused(hf_bind(fake->ctx, "x", "vfio-pci", NULL, err), EINVAL,
		"device-spec");
	refused(hf_bind(fake->ctx, NULL, "vfio-pci", NULL, err), EINVAL,
		"device-spec");
	refused(hf_bind(fake->ctx, "09:00.0", "vfio-pci", NULL, err), ENODEV,
		"device-missing");
	refused(hf_unbind(fake->ctx, BDF0, 2, NULL, err), EINVAL,
		"bad-argument");
	memset(b.driver, 'x', sizeof(b.driver));
	refused(hf_bind_undo(fake->ctx, BDF0, &b, err), ENOENT,
		"bind-no-driver");
	strcpy(b.driver, "../x");
	refused(hf_bind_undo(fake->ctx, BDF0, &b, err), EINVAL,
		"bad-argument");
	is("vfio-pci", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_driver_is_bound_and_the_former_one_back),
		TEST(a_driver_that_is_bound_only_gets_its_override),
		TEST(a_device_without_driver_gets_one_and_none_again),
		TEST(a_driver_that_does_not_take_it_is_noticed),
		TEST(a_virtual_function_waits_for_its_physical_one),
		TEST(a_physical_function_is_not_taken_from_virtual_ones),
		TEST(whichever_write_fails_the_former_driver_is_back),
		TEST(a_driver_that_does_not_let_go_changes_nothing),
		TEST(devices_that_are_needed_are_left_alone),
		TEST(one_that_did_not_open_the_device_file_is_seen),
		TEST(a_driver_of_somebody_else_is_left_alone),
		TEST(the_same_driver_is_not_undone_below_somebody),
		TEST(what_would_be_refused_is_told_without_a_write),
		TEST(an_incoming_device_gets_its_driver),
		TEST(unbinding_clears_the_override),
		TEST(names_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
