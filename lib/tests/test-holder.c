// SPDX-License-Identifier: MIT
/* Who has what open */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake.h"
#include "fake-kernel.h"

#define SESSION	"anon_inode:[luo_session] "

/* What the kernel says of a VFIO device file */
static void fdinfo(int pid, int fd, const char *bdf)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "pos:\t0\nvfio-device-syspath: /sys/devices/pci0000:00/%s\n",
		 bdf);
	fake_write(text, "/proc/%d/fdinfo/%d", pid, fd);
}

static void processes(void)
{
	fake_write("vmm\n", "/proc/812/comm");
	fake_link("/dev/null", "/proc/812/fd/0");
	/* Of a /dev that is mounted nowhere, and of one of a container */
	fake_link("/vfio/devices/vfio1", "/proc/812/fd/12");
	fake_link("/srv/c1/dev/vfio/devices/vfio1", "/proc/812/fd/14");
	fake_link("/tmp/vfio/devices/vfio1", "/proc/812/fd/15");
	fake_link("/vfio/devices/vfio10", "/proc/812/fd/13");
	fake_link(VFIO0, "/proc/812/fd/11");
	fake_link(VFIO0, "/proc/812/fd/9");
	fake_link("/dev/vfio/7", "/proc/812/fd/10");
	fake_link("/dev/iommu", "/proc/812/fd/8");
	fake_link(SESSION "vm1", "/proc/812/fd/7");
	fake_write("systemd\n", "/proc/1/comm");
	fake_link(SESSION "vm1", "/proc/1/fd/40");
	fake_link(SESSION "vm10", "/proc/1/fd/41");
	fake_link(VFIO0, "/proc/1/fd/42");
	fake_link("anon_inode:[vfio-device]", "/proc/1/fd/43");
	fdinfo(1, 43, BDF1);
	fake_link("anon_inode:[iommufd]", "/proc/1/fd/44");
	fake_link(VFIO1, "/proc/900/fd/3");
	/* None of these is a process or a file of one */
	fake_link(VFIO0, "/proc/812x/fd/1");
	fake_link(VFIO0, "/proc/812/fd/x");
	fake_link(VFIO0, "/proc/-1/fd/1");
}

struct expected {
	int pid, fd;
	uint32_t kind;
};

static void found(uint32_t what, const char *name, int pid,
		  const struct expected *e)
{
	struct hf_holder h = { .size = sizeof(h) };
	struct hf_holders *list;
	uint32_t n;

	ok(hf_holders_find(fake->ctx, what, name, pid, &list, err));
	for (n = 0; e[n].pid; n++) {
		assert_int_equal(hf_holders_get(list, n, &h), 0);
		assert_int_equal(h.pid, e[n].pid);
		assert_int_equal(h.fd, e[n].fd);
		assert_int_equal(h.kind, e[n].kind);
		assert_string_equal(h.comm, h.pid == 1 ? "systemd" :
				    h.pid == 812 ? "vmm" : "?");
		assert_true(*h.target);
	}
	assert_int_equal(hf_holders_count(list), n);
	assert_int_equal(hf_holders_get(list, n, &h), -ERANGE);
	hf_holders_free(list);
}

static void all_holders_of_a_path_are_found_in_order(void **state)
{
	(void)state;
	processes();
	found(HF_HOLDERS_PATH, VFIO0, 0, (struct expected[]){
		{ 1, 42, HF_HOLDS_VFIO }, { 812, 9, HF_HOLDS_VFIO },
		{ 812, 11, HF_HOLDS_VFIO }, { 0 } });
	found(HF_HOLDERS_PATH, "/dev/null", 0, (struct expected[]){
		{ 812, 0, HF_HOLDS_OTHER }, { 0 } });
	found(HF_HOLDERS_PATH, "/dev/liveupdate", 0,
	      (struct expected[]){ { 0 } });
}

static void those_of_a_device_have_its_group_too(void **state)
{
	struct hf_holders *list;

	(void)state;
	processes();
	found(HF_HOLDERS_DEVICE, "01:00.0", 0, (struct expected[]){
		{ 1, 42, HF_HOLDS_VFIO }, { 812, 9, HF_HOLDS_VFIO },
		{ 812, 10, HF_HOLDS_VFIO_GROUP },
		{ 812, 11, HF_HOLDS_VFIO }, { 0 } });
	found(HF_HOLDERS_DEVICE, BDF1, 812, (struct expected[]){
		{ 812, 10, HF_HOLDS_VFIO_GROUP }, { 812, 12, HF_HOLDS_VFIO },
		{ 812, 14, HF_HOLDS_VFIO },
		{ 0 } });
	refused(hf_holders_find(fake->ctx, HF_HOLDERS_DEVICE, "09:00.0", 0,
				&list, err), ENODEV, "device-missing");
	fake_remove("/sys/devices/pci0000:00/" BDF0 "/iommu_group");
	fake_unbind(BDF0);
	found(HF_HOLDERS_DEVICE, BDF0, 0, (struct expected[]){ { 0 } });
}

static void what_came_over_is_found_by_what_the_kernel_says(void **state)
{
	(void)state;
	fake_remove("/sys/devices/pci0000:00/" BDF0 "/iommu_group");
	fake_write("vmm\n", "/proc/812/comm");
	fake_link("anon_inode:[vfio-device]", "/proc/812/fd/4");
	fdinfo(812, 4, BDF0);
	fake_link("anon_inode:[vfio-device]", "/proc/812/fd/5");
	fdinfo(812, 5, BDF1);
	/* Of an older kernel; and other files with such a line */
	fake_link("anon_inode:[vfio-device]", "/proc/812/fd/6");
	fake_write("pos:\t0\n", "/proc/812/fdinfo/6");
	fake_link("anon_inode:[vfio-device]2", "/proc/812/fd/7");
	fdinfo(812, 7, BDF0);
	fake_link("anon_inode:[vfio-device]", "/proc/812/fd/8");
	found(HF_HOLDERS_DEVICE, BDF0, 0, (struct expected[]){
		{ 812, 4, HF_HOLDS_VFIO }, { 0 } });
	/* Also without a device file of its own */
	fake_remove("/sys/devices/pci0000:00/" BDF0 "/vfio-dev/vfio0");
	found(HF_HOLDERS_DEVICE, BDF0, 0, (struct expected[]){
		{ 812, 4, HF_HOLDS_VFIO }, { 0 } });
}

static void those_of_a_session_have_its_whole_name(void **state)
{
	(void)state;
	processes();
	found(HF_HOLDERS_SESSION, "vm1", 0, (struct expected[]){
		{ 1, 40, HF_HOLDS_SESSION }, { 812, 7, HF_HOLDS_SESSION },
		{ 0 } });
	found(HF_HOLDERS_SESSION, "vm", 0, (struct expected[]){ { 0 } });
}

static void raw_files_of_one_process_are_found(void **state)
{
	(void)state;
	processes();
	found(HF_HOLDERS_RAW, NULL, 1, (struct expected[]){
		{ 1, 42, HF_HOLDS_VFIO }, { 1, 43, HF_HOLDS_VFIO },
		{ 1, 44, HF_HOLDS_IOMMUFD }, { 0 } });
	found(HF_HOLDERS_RAW, NULL, 2, (struct expected[]){ { 0 } });
}

static void we_are_found_with_what_we_have_open(void **state)
{
	struct hf_holder h = { .size = sizeof(h) };
	struct hf_holders *list;
	char path[128];
	int fd;

	(void)state;
	fake_write("", "/held");
	snprintf(path, sizeof(path), "%s/held", fake->root);
	ok(hf_holders_find(NULL, HF_HOLDERS_PATH, path, 0, &list, err));
	assert_int_equal(hf_holders_count(list), 0);
	hf_holders_free(list);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ok(hf_holders_find(NULL, HF_HOLDERS_PATH, path, 0, &list, err));
	assert_int_equal(hf_holders_get(list, 0, &h), 0);
	assert_int_equal(h.pid, getpid());
	assert_int_equal(h.fd, fd);
	hf_holders_free(list);
	close(fd);
}

static void what_is_no_question_is_refused(void **state)
{
	struct hf_holders *list;
	struct hf_holder h = { .size = sizeof(h) - 1 };

	(void)state;
	refused(hf_holders_find(fake->ctx, 0, "x", 0, &list, err), EINVAL,
		"bad-argument");
	refused(hf_holders_find(fake->ctx, 6, "x", 0, &list, err), EINVAL,
		"bad-argument");
	refused(hf_holders_find(fake->ctx, HF_HOLDERS_PATH, NULL, 0, &list,
				err), EINVAL, "bad-argument");
	refused(hf_holders_find(fake->ctx, HF_HOLDERS_PATH, "x", -1, &list,
				err), EINVAL, "bad-argument");
	refused(hf_holders_find(fake->ctx, HF_HOLDERS_PATH, "x", 0, NULL,
				err), EINVAL, "bad-argument");
	assert_int_equal(hf_holders_count(NULL), 0);
	assert_int_equal(hf_holders_get(NULL, 0, &h), -EINVAL);
	hf_holders_free(NULL);
	processes();
	ok(hf_holders_find(fake->ctx, HF_HOLDERS_RAW, NULL, 0, &list, err));
	assert_int_equal(hf_holders_get(list, 0, &h), -EINVAL);
	hf_holders_free(list);
}

static void a_system_without_proc_has_no_holders(void **state)
{
	(void)state;
	found(HF_HOLDERS_RAW, NULL, 0, (struct expected[]){ { 0 } });
}

static void one_list_answers_many_questions(void **state)
{
	static const struct {
		uint32_t what;
		const char *name;
	} asked[] = {
		{ HF_HOLDERS_PATH, "/dev/liveupdate" },
		{ HF_HOLDERS_DEVICE, BDF0 }, { HF_HOLDERS_DEVICE, BDF1 },
		{ HF_HOLDERS_SESSION, "a" }, { HF_HOLDERS_SESSION, "b" },
		{ HF_HOLDERS_RAW, NULL },
	};
	struct hf_holders *all, *a, *b = NULL;

	(void)state;
	fake_write("vmm\n", "/proc/7/comm");
	fake_link("/dev/liveupdate", "/proc/7/fd/3");
	fake_link("/dev/vfio/devices/vfio0", "/proc/7/fd/4");
	fake_link("anon_inode:[vfio-device]", "/proc/7/fd/5");
	fake_write("vfio-device-syspath: /sys/devices/pci0000:00/" BDF1 "\n",
		   "/proc/7/fdinfo/5");
	fake_link("anon_inode:[vfio-device]", "/proc/7/fd/6");
	fake_link("anon_inode:[luo_session] a", "/proc/7/fd/7");
	fake_link("/dev/vfio/7", "/proc/7/fd/8");
	fake_link("/dev/iommu", "/proc/9/fd/3");
	fake_link("/dev/null", "/proc/9/fd/4");
	ok(hf_holders_find(fake->ctx, HF_HOLDERS_ALL, NULL, 0, &all, err));
	assert_int_equal(hf_holders_count(all), 7);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		for (int pid = 0; pid <= 9; pid += 9) {
			struct hf_holder x = { .size = sizeof(x) };
			struct hf_holder y = { .size = sizeof(y) };

			ok(hf_holders_find(fake->ctx, asked[i].what,
					   asked[i].name, pid, &a, err));
			ok(hf_holders_pick(fake->ctx, all, asked[i].what,
					   asked[i].name, pid, &b, err));
			assert_int_equal(hf_holders_count(a),
					 hf_holders_count(b));
			for (uint32_t n = 0; n < hf_holders_count(a); n++) {
				assert_int_equal(hf_holders_get(a, n, &x), 0);
				assert_int_equal(hf_holders_get(b, n, &y), 0);
				assert_memory_equal(&x, &y, sizeof(x));
			}
			hf_holders_free(a);
			hf_holders_free(b);
		}
	b = NULL;
	refused(hf_holders_pick(fake->ctx, all, HF_HOLDERS_DEVICE, "x", 0, &b,
				err), EINVAL, "device-spec");
	refused(hf_holders_pick(fake->ctx, NULL, HF_HOLDERS_RAW, NULL, 0, &b,
				err), EINVAL, "bad-argument");
	refused(hf_holders_pick(fake->ctx, all, HF_HOLDERS_SESSION, NULL, 0,
				&b, err), EINVAL, "bad-argument");
	assert_null(b);
	hf_holders_free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_holders_of_a_path_are_found_in_order),
		TEST(those_of_a_device_have_its_group_too),
		TEST(what_came_over_is_found_by_what_the_kernel_says),
		TEST(those_of_a_session_have_its_whole_name),
		TEST(raw_files_of_one_process_are_found),
		TEST(we_are_found_with_what_we_have_open),
		TEST(what_is_no_question_is_refused),
		TEST(a_system_without_proc_has_no_holders),
		TEST(one_list_answers_many_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
