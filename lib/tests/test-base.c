// SPDX-License-Identifier: MIT
/* Addresses, errors, structures, contexts */
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"

static void address_with_domain(void **state)
{
	uint32_t domain, rid;

	(void)state;
	assert_int_equal(hf_bdf_parse("0001:ab:1f.7", &domain, &rid), 0);
	assert_int_equal(domain, 1);
	assert_int_equal(rid, 0xabff);
	assert_int_equal(hf_bdf_parse("10000:01:00.0", &domain, &rid), 0);
	assert_int_equal(domain, 0x10000);
}

static void address_without_domain_is_of_domain_0(void **state)
{
	uint32_t domain = 9, rid;

	(void)state;
	assert_int_equal(hf_bdf_parse("01:00.1", &domain, &rid), 0);
	assert_int_equal(domain, 0);
	assert_int_equal(rid, 0x101);
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "0", "01:00", "01:00.8", "01:20.0", "001:00.0", "1:00.0",
		"01:00.0 ", " 01:00.0", "01:00.00", "123:01:00.0",
		"123456789:01:00.0", "0000:01:00.0/", "0000:g1:00.0",
		"0000-01:00.0", "0000:01:00.", "0000::01:00.0",
	};
	uint32_t domain = 5, rid = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(hf_bdf_parse(bad[i], &domain, &rid), -EINVAL);
	assert_int_equal(hf_bdf_parse(NULL, &domain, &rid), -EINVAL);
	assert_int_equal(domain, 5);
	assert_int_equal(rid, 5);
}

static void addresses_are_written_as_sysfs_does(void **state)
{
	char buf[HF_BDF_LEN] = "x";

	(void)state;
	assert_int_equal(hf_bdf_format(0, 0x101, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "0000:01:00.1");
	assert_int_equal(hf_bdf_format(~0u, 0xffff, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "ffffffff:ff:1f.7");
	assert_int_equal(hf_bdf_format(0, 0, buf, 12), -ENOSPC);
	assert_int_equal(hf_bdf_format(0, 0x10000, buf, 20), -EINVAL);
	assert_string_equal(buf, "ffffffff:ff:1f.7");
}

static void errors_are_one_line_with_all_parts(void **state)
{
	struct hf_error e = { .size = sizeof(e) };
	char line[1024], small[10];

	(void)state;
	assert_int_equal(hf_session_name_check("systemd", &e), -EPERM);
	assert_int_equal(e.code, -EPERM);
	assert_true(hf_error_format(&e, line, sizeof(line)) > 20);
	assert_string_equal(line, "name a session: session systemd: it is the session of systemd itself: choose a name such as holdfast-vm1");
	assert_int_equal(hf_error_format(&e, small, sizeof(small)),
			 strlen(line));
	assert_string_equal(small, "name a se");
	assert_int_equal(hf_error_format(NULL, line, 10), -EINVAL);
}

static void errors_of_another_size_are_left_alone(void **state)
{
	struct {
		struct hf_error e;
		uint64_t more;
	} large = { .e.size = sizeof(large), .more = ~0ull };
	struct hf_error small = { .size = 8, .code = 77 };

	(void)state;
	assert_int_equal(hf_session_name_check("", &small), -EINVAL);
	assert_int_equal(small.code, 77);
	assert_int_equal(hf_session_name_check("", &large.e), -EINVAL);
	assert_int_equal(large.e.code, -EINVAL);
	assert_int_equal(large.e.size, sizeof(large));
	assert_int_equal(large.more, 0);
}

static void larger_inputs_must_be_0_behind(void **state)
{
	struct {
		struct hf_kexec_image i;
		uint64_t more;
	} image = { { sizeof(image), 0, 3, -1, "kho=on liveupdate=on" }, 0 };

	(void)state;
	ok(hf_kexec_load(fake->ctx, &image.i, err));
	image.more = 1;
	refused(hf_kexec_load(fake->ctx, &image.i, err), E2BIG,
		"struct-newer");
	image.i.size = sizeof(image.i) - 1;
	image.more = 0;
	refused(hf_kexec_load(fake->ctx, &image.i, err), EINVAL,
		"bad-argument");
}

static void contexts_with_unknown_parts_are_refused(void **state)
{
	struct {
		struct hf_ctx_options o;
		uint64_t more;
	} options = { .o.size = sizeof(options), .more = 1 };
	struct hf_ops ops = { .size = sizeof(ops), .reserved = 1 };
	struct hf_ctx *ctx = NULL;

	(void)state;
	assert_int_equal(hf_ctx_new(&options.o, &ctx), -E2BIG);
	options.more = 0;
	options.o.reserved = 1;
	assert_int_equal(hf_ctx_new(&options.o, &ctx), -EINVAL);
	options.o.reserved = 0;
	options.o.ops = &ops;
	assert_int_equal(hf_ctx_new(&options.o, &ctx), -EINVAL);
	ops.size = 4;
	assert_int_equal(hf_ctx_new(&options.o, &ctx), -EINVAL);
	options.o.size = 3;
	assert_int_equal(hf_ctx_new(&options.o, &ctx), -EINVAL);
	assert_int_equal(hf_ctx_new(NULL, NULL), -EINVAL);
	assert_null(ctx);
	assert_int_equal(hf_ctx_new(NULL, &ctx), 0);
	hf_ctx_free(ctx);
	hf_ctx_free(NULL);
}

static void roots_that_are_too_long_are_refused(void **state)
{
	char root[2000];
	struct hf_ctx_options options = {
		.size = sizeof(options), .root = root,
	};
	struct hf_ctx *ctx;
	int fd;

	(void)state;
	memset(root, 'x', sizeof(root) - 1);
	root[sizeof(root) - 1] = 0;
	assert_int_equal(hf_ctx_new(&options, &ctx), 0);
	refused(hf_iommufd_open(ctx, &fd, err), ENAMETOOLONG, "iommufd-open");
	hf_ctx_free(ctx);
}

static void the_version_is_that_of_the_header(void **state)
{
	char text[32];

	(void)state;
	snprintf(text, sizeof(text), "%d.%d.%d", HF_VERSION_MAJOR,
		 HF_VERSION_MINOR, HF_VERSION_PATCH);
	assert_string_equal(hf_version(), text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(address_with_domain),
		TEST(address_without_domain_is_of_domain_0),
		TEST(what_is_no_address_is_refused),
		TEST(addresses_are_written_as_sysfs_does),
		TEST(errors_are_one_line_with_all_parts),
		TEST(errors_of_another_size_are_left_alone),
		TEST(larger_inputs_must_be_0_behind),
		TEST(contexts_with_unknown_parts_are_refused),
		TEST(roots_that_are_too_long_are_refused),
		TEST(the_version_is_that_of_the_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
