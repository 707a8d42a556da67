// SPDX-License-Identifier: MIT
/* Plans: order, checks, all or nothing */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi.h"
#include "fake.h"
#include "fake-kernel.h"

static struct hf_plan *plan_of(struct owner *o)
{
	struct hf_plan_device d = { .size = sizeof(d), .label = "net0" };
	struct hf_plan *plan;
	uint32_t iommufd;

	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	ok(hf_plan_add_iommufd(plan, o->iommufd, "", &iommufd, err));
	ok(hf_plan_add_hwpt(plan, iommufd, o->hwpt, o->ioas, err));
	d.fd = o->dev;
	d.iommufd = iommufd;
	d.hwpt_id = o->hwpt;
	ok(hf_plan_add_device(plan, &d, NULL, err));
	ok(hf_plan_add_memfd(plan, o->memfd, "ram0", NULL, err));
	ok(hf_plan_set_blob(plan, "state", 5, err));
	return plan;
}

static int manifest_of(struct hf_plan *plan, uint8_t *buf, size_t room)
{
	size_t len;

	ok(hf_manifest_build(plan, buf, room, &len, err));
	return len;
}

static void entries_are_sorted_whatever_order_they_came_in(void **state)
{
	static const uint32_t kinds[] = { HF_KIND_MEMFD, HF_KIND_IOMMUFD,
					  HF_KIND_HWPT, HF_KIND_DEVICE };
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_plan *plan;
	struct owner o;

	(void)state;
	fake_owner(&o, BDF0);
	plan = plan_of(&o);
	assert_int_equal(hf_plan_count(plan), 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(hf_plan_get(plan, i, &e), 0);
		assert_int_equal(e.kind, kinds[i]);
		assert_int_equal(e.token, e.kind == HF_KIND_HWPT ? 0 :
				 HF_TOKEN_MANIFEST + 1 + i);
		assert_int_equal(e.parent, i < 2 ? HF_NO_ENTRY : 1);
	}
	assert_int_equal(e.rid, 0x100);
	assert_string_equal(e.label, "net0");
	assert_int_equal(hf_plan_get(plan, 4, &e), -ERANGE);
	assert_int_equal(hf_plan_get(NULL, 0, &e), -EINVAL);
	assert_int_equal(hf_plan_count(NULL), 0);
	hf_plan_free(plan);
	hf_plan_free(NULL);
	fake_owner_close(&o);
}

static void page_tables_stay_with_their_iommufd(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_plan *plan;
	uint32_t a, b;

	(void)state;
	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	ok(hf_plan_add_iommufd(plan, 10, "a", &a, err));
	ok(hf_plan_add_iommufd(plan, 11, "b", &b, err));
	ok(hf_plan_add_hwpt(plan, b, 5, 1, err));
	ok(hf_plan_add_hwpt(plan, a, 6, 1, err));
	ok(hf_plan_add_hwpt(plan, a, 7, 1, err));
	assert_int_equal(hf_plan_get(plan, 2, &e), 0);
	assert_int_equal(e.hwpt_id, 7);
	assert_int_equal(hf_plan_get(plan, 4, &e), 0);
	assert_int_equal(e.hwpt_id, 5);
	assert_int_equal(e.parent, 3);
	refused(hf_plan_add_hwpt(plan, a, 7, 1, err), EEXIST,
		"plan-hwpt-twice");
	refused(hf_plan_add_hwpt(plan, 99, 7, 1, err), ENOENT,
		"plan-no-iommufd");
	refused(hf_plan_add_hwpt(plan, a, 0, 1, err), EINVAL, "bad-argument");
	hf_plan_free(plan);
}

static void what_cannot_be_added_is_refused(void **state)
{
	struct hf_plan_device d = {
		.size = sizeof(d), .iommufd = HF_NO_ENTRY, .bdf = BDF0,
	};
	struct hf_plan *plan;
	struct owner o;
	uint32_t ram;

	(void)state;
	fake_owner(&o, BDF0);
	d.fd = o.dev;
	assert_int_equal(hf_plan_new(NULL, NULL), -EINVAL);
	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	refused(hf_plan_add_memfd(NULL, 3, "", NULL, err), EINVAL,
		"bad-argument");
	refused(hf_plan_add_memfd(plan, -1, "", NULL, err), EBADF,
		"plan-bad-fd");
	refused(hf_plan_add_memfd(plan, 3, "12345678901234567890123456789012",
				  NULL, err), ENAMETOOLONG, "plan-label");
	refused(hf_plan_add_memfd(plan, 3, "a\n", NULL, err), EINVAL,
		"plan-label");
	ok(hf_plan_add_memfd(plan, o.memfd, NULL, &ram, err));

	d.bdf = BDF1;
	refused(hf_plan_add_device(plan, &d, NULL, err), ENOTUNIQ,
		"plan-other-device");
	d.bdf = "x";
	refused(hf_plan_add_device(plan, &d, NULL, err), EINVAL,
		"device-spec");
	d.bdf = NULL;
	d.fd = o.memfd;
	refused(hf_plan_add_device(plan, &d, NULL, err), ENODEV,
		"device-unknown");
	d.fd = -1;
	refused(hf_plan_add_device(plan, &d, NULL, err), EBADF,
		"vfio-bad-fd");
	d.hwpt_id = 1;
	refused(hf_plan_add_device(plan, &d, NULL, err), EINVAL,
		"bad-argument");
	d.iommufd = ram;
	refused(hf_plan_add_device(plan, &d, NULL, err), ENOENT,
		"plan-no-iommufd");
	ok(hf_plan_add_iommufd(plan, o.iommufd, NULL, &d.iommufd, err));
	refused(hf_plan_add_device(plan, &d, NULL, err), ENOENT,
		"plan-no-hwpt");
	d.size = 4;
	refused(hf_plan_add_device(plan, &d, NULL, err), EINVAL,
		"bad-argument");
	refused(hf_plan_set_blob(plan, "", HF_PLAN_BLOB_MAX + 1, err), EFBIG,
		"plan-blob");
	refused(hf_plan_set_blob(plan, NULL, 1, err), EINVAL, "bad-argument");
	ok(hf_plan_set_blob(plan, NULL, 0, err));
	hf_plan_free(plan);
	fake_owner_close(&o);
}

static void a_full_plan_takes_no_more(void **state)
{
	struct hf_plan *plan;

	(void)state;
	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	for (uint32_t i = 0; i < HF_PLAN_ENTRIES_MAX; i++)
		ok(hf_plan_add_memfd(plan, i, NULL, NULL, err));
	refused(hf_plan_add_memfd(plan, 1, NULL, NULL, err), ENOSPC,
		"plan-full");
	hf_plan_free(plan);
}

static void the_address_may_be_said_if_the_kernel_does_not_know(void **state)
{
	struct hf_plan_device d = {
		.size = sizeof(d), .iommufd = HF_NO_ENTRY, .bdf = BDF0,
	};
	struct hf_plan *plan;
	struct owner o;

	(void)state;
	fake_owner(&o, BDF0);
	d.fd = o.dev;
	fake_remove("/proc/self/fdinfo/%d", o.dev);
	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	ok(hf_plan_add_device(plan, &d, NULL, err));
	d.bdf = NULL;
	refused(hf_plan_add_device(plan, &d, NULL, err), ENODEV,
		"device-unknown");
	ok(hf_plan_check(plan, err));
	hf_plan_free(plan);
	fake_owner_close(&o);
}

/* Make one thing wrong, and see that the plan finds it and touches nothing */
static void wrong(struct hf_plan *plan, int code, const char *id)
{
	int session = -7;

	refused(hf_plan_check(plan, err), code, id);
	refused(hf_plan_preserve(plan, "a", 0, &session, err), code, id);
	assert_int_equal(session, -7);
	assert_int_equal(fake_sessions(), 0);
}

static void the_check_finds_what_would_be_refused_later(void **state)
{
	struct hf_plan *plan;
	uint32_t iommufd;
	struct owner o;
	int fd;

	(void)state;
	fake_owner(&o, BDF0);
	plan = plan_of(&o);
	ok(hf_plan_check(plan, err));

	fake_write("preserved\n", "/sys/bus/pci/devices/" BDF0 "/liveupdate/state");
	wrong(plan, EBUSY, "device-busy");
	fake_write("none\n", "/sys/bus/pci/devices/" BDF0 "/liveupdate/state");
	fake_write("no: 0000:00:01.0 has no ACS\n",
		   "/sys/bus/pci/devices/" BDF0 "/liveupdate/preservable");
	wrong(plan, EPERM, "device-not-preservable");
	fake_write("yes\n",
		   "/sys/bus/pci/devices/" BDF0 "/liveupdate/preservable");
	fake_obj_of(o.dev)->bound = 0;
	wrong(plan, EUNATCH, "vfio-unbound");
	fake_obj_of(o.dev)->bound = fake->of[o.iommufd];
	fake_obj_of(o.iommufd)->ioas = 0;
	wrong(plan, ENOENT, "iommufd-no-object");
	fake_obj_of(o.iommufd)->ioas = o.ioas;
	assert_false(fake_obj_of(o.iommufd)->marked);

	ok(hf_plan_add_memfd(plan, o.memfd, "again", NULL, err));
	wrong(plan, ENOTUNIQ, "plan-twice");
	hf_plan_free(plan);

	plan = plan_of(&o);
	fd = fcntl(o.memfd, F_DUPFD_CLOEXEC, 3);
	ok(hf_plan_add_memfd(plan, fd, "again", NULL, err));
	wrong(plan, ENOTUNIQ, "plan-twice");
	hf_plan_free(plan);
	close(fd);

	plan = plan_of(&o);
	fd = memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ok(hf_plan_add_memfd(plan, fd, "open", NULL, err));
	wrong(plan, ENODATA, "memfd-empty");
	hf_plan_free(plan);
	close(fd);

	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	wrong(plan, ENODATA, "plan-empty");
	ok(hf_plan_add_iommufd(plan, o.iommufd, NULL, &iommufd, err));
	wrong(plan, ENOKEY, "plan-iommufd-bare");
	ok(hf_plan_add_hwpt(plan, iommufd, o.hwpt, o.ioas, err));
	wrong(plan, ENOLINK, "plan-hwpt-unused");
	refused(hf_plan_check(NULL, err), EINVAL, "bad-argument");
	hf_plan_free(plan);
	fake_owner_close(&o);
}

static void two_files_of_one_device_are_found(void **state)
{
	struct hf_plan_device d = { .size = sizeof(d), .iommufd = HF_NO_ENTRY };
	struct hf_plan *plan;
	struct owner o;
	int dev;

	(void)state;
	fake_owner(&o, BDF0);
	ok(hf_vfio_open(fake->ctx, BDF0, &dev, err));
	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	d.fd = o.dev;
	ok(hf_plan_add_device(plan, &d, NULL, err));
	d.fd = dev;
	ok(hf_plan_add_device(plan, &d, NULL, err));
	wrong(plan, ENOTUNIQ, "plan-twice");
	hf_plan_free(plan);
	fake_owner_close(&o);
	fake_ops.close(fake, dev);
}

static void without_sysfs_the_files_are_checked(void **state)
{
	struct hf_plan *plan;
	struct owner o;

	(void)state;
	fake_owner(&o, BDF0);
	plan = plan_of(&o);
	fake_remove("/sys/bus");
	ok(hf_plan_check(plan, err));
	hf_plan_free(plan);
	fake_owner_close(&o);
}

static void all_is_preserved_in_order_and_the_manifest_last(void **state)
{
	uint8_t want[1024], is[4096];
	struct hf_plan *plan;
	struct owner o;
	int session, len;

	(void)state;
	fake_owner(&o, BDF0);
	plan = plan_of(&o);
	ok(hf_plan_preserve(plan, "a", 0, &session, err));
	assert_int_equal(fake->sessions[0].count, 4);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fake->sessions[0].files[i].token,
				 HF_TOKEN_MANIFEST + 1 + i + (i == 2));
	assert_int_equal(fake->sessions[0].files[3].token, HF_TOKEN_MANIFEST);
	assert_true(fake_obj_of(o.iommufd)->marked);
	len = manifest_of(plan, want, sizeof(want));
	assert_int_equal(pread(fake->sessions[0].files[3].fd, is, 4096, 0),
			 4096);
	assert_memory_equal(is, want, len);

	refused(hf_plan_preserve(plan, "b", 0, &session, err), EBUSY,
		"plan-preserved");
	refused(hf_plan_preserve_into(plan, session, NULL, err), EBUSY,
		"plan-preserved");
	refused(hf_plan_add_memfd(plan, 3, "", NULL, err), EBUSY,
		"plan-preserved");
	refused(hf_plan_set_blob(plan, "", 0, err), EBUSY, "plan-preserved");
	ok(hf_session_abort(fake->ctx, session, err));
	assert_int_equal(fake_sessions(), 0);
	hf_plan_reset(plan);
	hf_plan_reset(NULL);
	ok(hf_plan_preserve(plan, "a", 0, &session, err));
	ok(hf_session_abort(fake->ctx, session, err));
	refused(hf_plan_preserve(plan, "a", 0, NULL, err), EINVAL,
		"bad-argument");
	hf_plan_free(plan);
	fake_owner_close(&o);
}

/*
 * Fail each system call in turn. Afterwards nothing is preserved, nothing is
 * open that was not, and the same plan can be preserved.
 */
static void whichever_call_fails_nothing_is_left_behind(void **state)
{
	int failures = 0, session, fds;
	struct owner o;
	unsigned int n;

	(void)state;
	for (n = 1; ; n++) {
		struct hf_error e = { .size = sizeof(e) };
		struct hf_plan *plan;
		int ret;

		fake_owner(&o, BDF0);
		plan = plan_of(&o);
		fds = fake_open_fds();
		session = -7;
		fake->calls = 0;
		fake->fail_at = n;
		fake->fail_code = -EIO;
		ret = hf_plan_preserve(plan, "a", 0, &session, &e);
		fake->fail_at = 0;
		if (ret) {
			failures++;
			assert_true(*e.id && *e.what && *e.why);
			assert_int_equal(session, -7);
			assert_int_equal(fake_sessions(), 0);
			assert_int_equal(fake_preserved(), 0);
			assert_int_equal(fake_open_fds(), fds);
			assert_false(fake->luo_open);
			assert_int_equal(fake_obj_of(o.dev)->attached, o.hwpt);
			ok(hf_plan_preserve(plan, "a", 0, &session, err));
		}
		assert_int_equal(fake_preserved(), 4);
		ok(hf_session_abort(fake->ctx, session, err));
		hf_plan_free(plan);
		fake_owner_close(&o);
		if (!ret && fake->calls < n)
			break;
	}
	/* Four preserves, the session, the mark, the manifest, checks */
	assert_true(failures > 15);
}

static void whichever_preserve_fails_a_given_session_is_told_spoiled(void **state)
{
	int spoiled_seen = 0, session;
	struct owner o;
	unsigned int n;

	(void)state;
	for (n = 1; ; n++) {
		struct hf_error e = { .size = sizeof(e) };
		uint32_t spoiled = 99;
		struct hf_plan *plan;
		int ret;

		fake_owner(&o, BDF0);
		plan = plan_of(&o);
		ok(hf_session_create(fake->ctx, "given", 0, &session, err));
		fake->calls = 0;
		fake->fail_at = n;
		fake->fail_code = -EIO;
		ret = hf_plan_preserve_into(plan, session, &spoiled, &e);
		fake->fail_at = 0;
		assert_int_equal(fake_sessions(), 1);
		assert_int_equal(fake_preserved(), ret ? spoiled : 4);
		spoiled_seen |= ret ? 1 << spoiled : 0;
		if (!ret)
			assert_int_equal(spoiled, 0);
		if (ret && !spoiled)
			ok(hf_plan_preserve_into(plan, session, NULL, err));
		ok(hf_session_abort(fake->ctx, session, err));
		assert_int_equal(fake_preserved(), 0);
		hf_plan_free(plan);
		fake_owner_close(&o);
		if (!ret && fake->calls < n)
			break;
	}
	/* Nothing, one, two or all three were in it */
	assert_int_equal(spoiled_seen, 15);
}

static void a_session_with_a_plan_takes_no_other(void **state)
{
	uint32_t spoiled = 99;
	struct hf_plan *plan, *other;
	struct owner o, p;
	int session;

	(void)state;
	fake_owner(&o, BDF0);
	fake_owner(&p, BDF1);
	plan = plan_of(&o);
	other = plan_of(&p);
	ok(hf_plan_preserve(plan, "a", 0, &session, err));
	refused(hf_plan_preserve_into(other, session, &spoiled, err), EEXIST,
		"token-taken");
	assert_int_equal(spoiled, 0);
	assert_int_equal(fake_preserved(), 4);
	refused(hf_plan_preserve_into(other, p.memfd, &spoiled, err), ENOTTY,
		"session-not");
	refused(hf_plan_preserve_into(NULL, session, &spoiled, err), EINVAL,
		"bad-argument");
	ok(hf_session_abort(fake->ctx, session, err));
	hf_plan_free(plan);
	hf_plan_free(other);
	fake_owner_close(&o);
	fake_owner_close(&p);
}

static void a_token_of_somebody_else_in_the_way_is_found_first(void **state)
{
	uint32_t spoiled = 99;
	struct hf_plan *plan;
	struct owner o;
	int session, fd;

	(void)state;
	fake_owner(&o, BDF0);
	plan = plan_of(&o);
	ok(hf_session_create(fake->ctx, "a", 0, &session, err));
	ok(hf_memfd_create(fake->ctx, "x", 4096, &fd, err));
	ok(hf_session_preserve(fake->ctx, session, fd, HF_TOKEN_MANIFEST + 4,
			       err));
	refused(hf_plan_preserve_into(plan, session, &spoiled, err), EEXIST,
		"token-taken");
	assert_int_equal(spoiled, 0);
	assert_int_equal(fake_preserved(), 1);
	assert_false(fake_obj_of(o.iommufd)->marked);
	ok(hf_session_abort(fake->ctx, session, err));
	close(fd);
	hf_plan_free(plan);
	fake_owner_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_are_sorted_whatever_order_they_came_in),
		TEST(page_tables_stay_with_their_iommufd),
		TEST(what_cannot_be_added_is_refused),
		TEST(a_full_plan_takes_no_more),
		TEST(the_address_may_be_said_if_the_kernel_does_not_know),
		TEST(the_check_finds_what_would_be_refused_later),
		TEST(two_files_of_one_device_are_found),
		TEST(without_sysfs_the_files_are_checked),
		TEST(all_is_preserved_in_order_and_the_manifest_last),
		TEST(whichever_call_fails_nothing_is_left_behind),
		TEST(whichever_preserve_fails_a_given_session_is_told_spoiled),
		TEST(a_session_with_a_plan_takes_no_other),
		TEST(a_token_of_somebody_else_in_the_way_is_found_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
