// SPDX-License-Identifier: MIT
/* iommufd and VFIO device files */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi.h"
#include "fake.h"
#include "fake-kernel.h"

static void a_device_gets_memory_and_gives_it_back(void **state)
{
	struct owner o;

	(void)state;
	fake_owner(&o, BDF0);
	assert_int_equal(fake_obj_of(o.iommufd)->iova, 0x100000);
	assert_int_equal(fake_obj_of(o.dev)->attached, o.hwpt);
	ok(hf_vfio_check_bound(fake->ctx, o.dev, err));
	ok(hf_iommufd_ioas_check(fake->ctx, o.iommufd, o.ioas, err));
	ok(hf_vfio_detach(fake->ctx, o.dev, err));
	assert_int_equal(fake_obj_of(o.dev)->attached, 0);
	ok(hf_iommufd_unmap(fake->ctx, o.iommufd, o.ioas, 0x100000, 8192,
			    err));
	refused(hf_iommufd_unmap(fake->ctx, o.iommufd, o.ioas, 0x100000, 8192,
				 err), ENOENT, "iommufd-no-object");
	refused(hf_iommufd_destroy(fake->ctx, o.iommufd, o.ioas, err), EBUSY,
		"iommufd-busy");
	ok(hf_iommufd_destroy(fake->ctx, o.iommufd, o.hwpt, err));
	ok(hf_iommufd_destroy(fake->ctx, o.iommufd, o.ioas, err));
	fake_owner_close(&o);
}

static void marking_twice_is_marking_once(void **state)
{
	struct owner o;

	(void)state;
	fake_owner(&o, BDF0);
	ok(hf_iommufd_mark(fake->ctx, o.iommufd, o.hwpt, err));
	ok(hf_iommufd_mark(fake->ctx, o.iommufd, o.hwpt, err));
	assert_true(fake_obj_of(o.iommufd)->marked);
	refused(hf_iommufd_mark(fake->ctx, o.iommufd, 99, err), ENOENT,
		"iommufd-no-object");
	fake->fail_request = HF_IOMMU_MARK;
	fake->fail_request_code = -EOPNOTSUPP;
	refused(hf_iommufd_mark(fake->ctx, o.iommufd, o.hwpt, err),
		EOPNOTSUPP, "iommufd-mark-kind");
	fake->fail_request_code = -EADDRINUSE;
	refused(hf_iommufd_mark(fake->ctx, o.iommufd, o.hwpt, err),
		EADDRINUSE, "iommufd-mark-token");
	fake_owner_close(&o);
}

static void memory_is_mapped_sealed_or_not(void **state)
{
	struct hf_map map = {
		.size = sizeof(map), .flags = HF_MAP_IOVA_READ,
		.length = 4096, .iova = 0x100000,
	};
	struct owner o;
	int open_fd;

	(void)state;
	fake_owner(&o, BDF0);
	map.ioas = o.ioas;
	map.memfd = open_fd = memfd_create("x", MFD_CLOEXEC |
					   MFD_ALLOW_SEALING);
	refused(hf_iommufd_map(fake->ctx, o.iommufd, &map, err), ENODATA,
		"memfd-empty");
	assert_int_equal(ftruncate(open_fd, 4096), 0);
	map.iova = 0x200000;
	ok(hf_iommufd_map(fake->ctx, o.iommufd, &map, err));
	map.memfd = o.memfd;
	refused(hf_iommufd_map(fake->ctx, o.iommufd, &map, err), EEXIST,
		"iommufd-iova-taken");
	map.flags |= HF_MAP_IOVA_ANY;
	ok(hf_iommufd_map(fake->ctx, o.iommufd, &map, err));
	assert_int_equal(map.iova, 0xabc000);
	map.offset = 8192;
	refused(hf_iommufd_map(fake->ctx, o.iommufd, &map, err), ERANGE,
		"memfd-short");
	map.offset = 0;
	map.ioas = 77;
	refused(hf_iommufd_map(fake->ctx, o.iommufd, &map, err), ENOENT,
		"iommufd-no-object");
	map.flags = HF_MAP_IOVA_ANY;
	refused(hf_iommufd_map(fake->ctx, o.iommufd, &map, err), EINVAL,
		"bad-argument");
	map.size = 4;
	refused(hf_iommufd_map(fake->ctx, o.iommufd, &map, err), EINVAL,
		"bad-argument");
	close(open_fd);
	fake_owner_close(&o);
}

static void what_is_no_iommufd_is_refused(void **state)
{
	uint32_t id = 7;
	struct owner o;
	int fd = -7;

	(void)state;
	fake_owner(&o, BDF0);
	refused(hf_iommufd_ioas_alloc(fake->ctx, o.memfd, &id, err), ENOTTY,
		"iommufd-not");
	refused(hf_iommufd_ioas_check(fake->ctx, o.memfd, 1, err), ENOTTY,
		"iommufd-not");
	refused(hf_iommufd_ioas_check(fake->ctx, o.iommufd, 9, err), ENOENT,
		"iommufd-no-object");
	refused(hf_iommufd_hwpt_alloc(fake->ctx, o.iommufd, 1, 9, &id, err),
		ENOENT, "iommufd-no-object");
	refused(hf_iommufd_mark(fake->ctx, -1, 1, err), EBADF,
		"iommufd-bad-fd");
	refused(hf_iommufd_ioas_alloc(fake->ctx, o.iommufd, NULL, err), EINVAL,
		"bad-argument");
	refused(hf_iommufd_hwpt_alloc(fake->ctx, o.iommufd, 1, 1, NULL, err),
		EINVAL, "bad-argument");
	fake->fail_request = HF_IOMMU_IOAS_ALLOC;
	fake->fail_request_code = -ENOMEM;
	refused(hf_iommufd_ioas_alloc(fake->ctx, o.iommufd, &id, err), ENOMEM,
		"iommufd");
	fake_owner_close(&o);
	refused(hf_iommufd_open(fake->ctx, NULL, err), EINVAL,
		"bad-argument");
	fake->fail_at = fake->calls + 1;
	fake->fail_code = -EACCES;
	refused(hf_iommufd_open(fake->ctx, &fd, err), EACCES,
		"iommufd-permission");
	fake_remove("/dev/iommu");
	refused(hf_iommufd_open(fake->ctx, &fd, err), ENOENT,
		"iommufd-missing");
	assert_int_equal(id, 7);
	assert_int_equal(fd, -7);
}

static void a_device_that_cannot_be_opened_says_why(void **state)
{
	int fd = -7;

	(void)state;
	fake->fail_code = -EBUSY;
	fake->fail_at = 0;
	fake_write("incoming\n",
		   "/sys/bus/pci/devices/" BDF0 "/liveupdate/state");
	/* The open of the device file is the last of its calls */
	for (unsigned int n = 1; n < 100; n++) {
		struct hf_error e = { .size = sizeof(e) };
		int ret;

		fake->calls = 0;
		fake->fail_at = n;
		ret = hf_vfio_open(fake->ctx, BDF0, &fd, &e);
		if (!ret) {
			fake_ops.close(fake, fd);
			fd = -7;
			continue;
		}
		assert_int_equal(ret, -EBUSY);
		assert_string_equal(e.id, "vfio-open-busy");
		assert_non_null(strstr(e.why, "previous kernel"));
		break;
	}
	fake->fail_at = fake->calls;
	fake->calls = 0;
	fake->fail_code = -EACCES;
	refused(hf_vfio_open(fake->ctx, BDF0, &fd, err), EACCES,
		"vfio-permission");
	fake->fail_at = 0;
	fake_remove("/sys/devices/pci0000:00/" BDF0 "/vfio-dev/vfio0/dev");
	refused(hf_vfio_open(fake->ctx, BDF0, &fd, err), ENXIO,
		"vfio-no-cdev");
	fake_unbind(BDF0);
	refused(hf_vfio_open(fake->ctx, BDF0, &fd, err), ENXIO,
		"vfio-not-bound");
	fake_bind(BDF0, "e1000e");
	refused(hf_vfio_open(fake->ctx, BDF0, &fd, err), ENXIO,
		"vfio-not-bound");
	refused(hf_vfio_open(fake->ctx, "09:00.0", &fd, err), ENODEV,
		"device-missing");
	refused(hf_vfio_open(fake->ctx, BDF0, NULL, err), EINVAL,
		"bad-argument");
	assert_int_equal(fd, -7);
}

static void binding_and_attaching_are_refused_with_reasons(void **state)
{
	uint32_t id;
	struct owner o;
	int dev, again;

	(void)state;
	fake_owner(&o, BDF0);
	ok(hf_vfio_open(fake->ctx, BDF1, &dev, err));
	refused(hf_vfio_check_bound(fake->ctx, dev, err), EUNATCH,
		"vfio-unbound");
	refused(hf_vfio_check_bound(fake->ctx, o.memfd, err), ENOTTY,
		"vfio-not");
	refused(hf_vfio_bind(fake->ctx, o.dev, o.iommufd, &id, err), EINVAL,
		"vfio-bound");
	refused(hf_vfio_bind(fake->ctx, dev, -1, &id, err), EBADF,
		"vfio-bad-fd");
	ok(hf_vfio_open(fake->ctx, BDF0, &again, err));
	refused(hf_vfio_bind(fake->ctx, again, o.iommufd, &id, err), EBUSY,
		"vfio-bind-busy");
	fake_ops.close(fake, again);
	refused(hf_vfio_attach(fake->ctx, o.dev, 99, err), ENOENT,
		"vfio-no-pt");
	fake->fail_request = HF_VFIO_BIND;
	fake->fail_request_code = -EPERM;
	refused(hf_vfio_bind(fake->ctx, dev, o.iommufd, &id, err), EPERM,
		"vfio-bind-other");
	fake->fail_request = HF_VFIO_ATTACH;
	fake->fail_request_code = -EBUSY;
	refused(hf_vfio_attach(fake->ctx, o.dev, o.hwpt, err), EBUSY,
		"vfio-busy");
	fake->fail_request = HF_VFIO_DETACH;
	refused(hf_vfio_detach(fake->ctx, o.dev, err), EBUSY, "vfio-busy");
	fake->fail_request_code = -ENODEV;
	refused(hf_vfio_detach(fake->ctx, o.dev, err), ENODEV, "vfio");
	fake->fail_request = 0;
	fake_ops.close(fake, dev);
	fake_owner_close(&o);
}

static void virtual_functions_are_bound_with_their_token(void **state)
{
	static const uint8_t token[] = "sixteen letters", wrong[] = "sixteen numbers";
	struct owner pf;
	uint32_t id = 0;
	int dev;

	(void)state;
	fake_owner(&pf, BDF0);
	ok(hf_vfio_open(fake->ctx, BDF1, &dev, err));
	refused(hf_vfio_bind_token(fake->ctx, dev, pf.iommufd, token, &id, err),
		EINVAL, "vfio-token-unused");
	ok(hf_vfio_set_token(fake->ctx, pf.dev, token, err));
	refused(hf_vfio_bind(fake->ctx, dev, pf.iommufd, &id, err), EACCES,
		"vfio-token-none");
	refused(hf_vfio_bind_token(fake->ctx, dev, pf.iommufd, wrong, &id, err),
		EACCES, "vfio-token-other");
	refused(hf_vfio_bind_token(fake->ctx, dev, pf.iommufd, NULL, &id, err),
		EINVAL, "bad-argument");
	assert_int_equal(id, 0);
	ok(hf_vfio_bind_token(fake->ctx, dev, pf.iommufd, token, &id, err));
	assert_int_equal(id, 2);
	refused(hf_vfio_bind_token(fake->ctx, dev, pf.iommufd, token, &id, err),
		EINVAL, "vfio-bound");
	refused(hf_vfio_set_token(fake->ctx, dev, token, err), EOPNOTSUPP,
		"vfio-no-token");
	refused(hf_vfio_set_token(fake->ctx, pf.dev, NULL, err), EINVAL,
		"bad-argument");
	refused(hf_vfio_set_token(fake->ctx, pf.memfd, token, err), ENOTTY,
		"vfio-not");
	refused(hf_vfio_set_token(fake->ctx, -1, token, err), EBADF,
		"vfio-bad-fd");
	fake_ops.close(fake, dev);
	ok(hf_vfio_open(fake->ctx, BDF1, &dev, err));
	refused(hf_vfio_set_token(fake->ctx, dev, token, err), EUNATCH,
		"vfio-unbound");
	fake_ops.close(fake, dev);
	fake_owner_close(&pf);
}

static void all_interrupts_are_torn_down(void **state)
{
	struct owner o;

	(void)state;
	fake_owner(&o, BDF0);
	assert_int_equal(fake_obj_of(o.dev)->irqs, 2);
	fake->fail_request = VFIO_DEVICE_SET_IRQS;
	fake->fail_request_code = -EIO;
	refused(hf_vfio_irqs_disable(fake->ctx, o.dev, err), EIO, "vfio");
	fake->fail_request = 0;
	ok(hf_vfio_irqs_disable(fake->ctx, o.dev, err));
	assert_int_equal(fake_obj_of(o.dev)->irqs, 0);
	/* The kernel refuses what is not set up; one kind is at most */
	ok(hf_vfio_irqs_disable(fake->ctx, o.dev, err));
	fake_obj_of(o.dev)->irqs = 4;
	ok(hf_vfio_irqs_disable(fake->ctx, o.dev, err));
	assert_int_equal(fake_obj_of(o.dev)->irqs, 0);
	fake_obj_of(o.dev)->bound = 0;
	refused(hf_vfio_irqs_disable(fake->ctx, o.dev, err), EUNATCH,
		"vfio-unbound");
	fake_owner_close(&o);
}

static void a_region_is_read_and_written(void **state)
{
	struct hf_vfio_region r = { .size = sizeof(r) };
	uint32_t word = 0x12345678, back = 0;
	struct owner o;

	(void)state;
	fake_owner(&o, BDF0);
	ok(hf_vfio_region_get(fake->ctx, o.dev, 0, &r, err));
	assert_int_equal(r.length, sizeof(fake->bar));
	assert_int_equal(r.offset, 0);
	ok(hf_vfio_write(fake->ctx, o.dev, 0, 4, &word, 4, err));
	assert_memory_equal(fake->bar + 4, &word, 4);
	ok(hf_vfio_read(fake->ctx, o.dev, 0, 4, &back, 4, err));
	assert_int_equal(back, word);
	ok(hf_vfio_read(fake->ctx, o.dev, 0, sizeof(fake->bar) - 4, &back, 4,
			err));
	fake_owner_close(&o);
}

static void what_is_no_part_of_a_region_is_refused(void **state)
{
	struct hf_vfio_region r = { .size = sizeof(r) };
	struct owner o;
	uint32_t word;
	int fd;

	(void)state;
	fake_owner(&o, BDF0);
	refused(hf_vfio_read(fake->ctx, o.dev, 0, sizeof(fake->bar) - 3, &word,
			     4, err), ERANGE, "vfio-region-short");
	refused(hf_vfio_read(fake->ctx, o.dev, 0, UINT64_MAX, &word, 4, err),
		ERANGE, "vfio-region-short");
	/* A BAR that the device lacks is there, and empty */
	ok(hf_vfio_region_get(fake->ctx, o.dev, 3, &r, err));
	assert_int_equal(r.length, 0);
	refused(hf_vfio_write(fake->ctx, o.dev, 3, 0, &word, 1, err), ERANGE,
		"vfio-region-short");
	refused(hf_vfio_region_get(fake->ctx, o.dev, 9, &r, err), ENXIO,
		"vfio-no-region");
	refused(hf_vfio_region_get(fake->ctx, o.memfd, 0, &r, err), ENOTTY,
		"vfio-not");
	refused(hf_vfio_region_get(fake->ctx, -1, 0, &r, err), EBADF,
		"vfio-bad-fd");
	refused(hf_vfio_read(fake->ctx, o.dev, 0, 0, NULL, 4, err), EINVAL,
		"bad-argument");
	refused(hf_vfio_write(fake->ctx, o.dev, 0, 0, NULL, 4, err), EINVAL,
		"bad-argument");
	r.size = 4;
	refused(hf_vfio_region_get(fake->ctx, o.dev, 0, &r, err), EINVAL,
		"bad-argument");
	/* Memory is off: the third call to the kernel is the access */
	fake->fail_at = fake->calls + 3;
	fake->fail_code = -EIO;
	refused(hf_vfio_read(fake->ctx, o.dev, 0, 0, &word, 4, err), EIO,
		"vfio-region-access");
	fake_owner_close(&o);
	ok(hf_vfio_open(fake->ctx, BDF1, &fd, err));
	refused(hf_vfio_read(fake->ctx, fd, 0, 0, &word, 4, err), EUNATCH,
		"vfio-unbound");
	assert_int_equal(fake_ops.close(NULL, fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_gets_memory_and_gives_it_back),
		TEST(marking_twice_is_marking_once),
		TEST(memory_is_mapped_sealed_or_not),
		TEST(what_is_no_iommufd_is_refused),
		TEST(a_device_that_cannot_be_opened_says_why),
		TEST(binding_and_attaching_are_refused_with_reasons),
		TEST(virtual_functions_are_bound_with_their_token),
		TEST(all_interrupts_are_torn_down),
		TEST(a_region_is_read_and_written),
		TEST(what_is_no_part_of_a_region_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
