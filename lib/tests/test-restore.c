// SPDX-License-Identifier: MIT
/* Coming back in the next kernel */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi.h"
#include "fake.h"
#include "fake-kernel.h"

/* A VM with a device that goes on and one that is reset; then the kexec */
static int gone_and_back(void)
{
	struct hf_plan_device d = { .size = sizeof(d), .label = "net0" };
	struct hf_plan *plan;
	struct owner o, p;
	uint32_t iommufd;
	int session;

	fake_owner(&o, BDF0);
	fake_owner(&p, BDF1);
	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	ok(hf_plan_add_memfd(plan, o.memfd, "ram0", NULL, err));
	ok(hf_plan_add_iommufd(plan, o.iommufd, "", &iommufd, err));
	ok(hf_plan_add_hwpt(plan, iommufd, o.hwpt, o.ioas, err));
	d.fd = o.dev;
	d.iommufd = iommufd;
	d.hwpt_id = o.hwpt;
	ok(hf_plan_add_device(plan, &d, NULL, err));
	d.fd = p.dev;
	d.iommufd = HF_NO_ENTRY;
	d.hwpt_id = 0;
	d.label = "net0";
	ok(hf_plan_add_device(plan, &d, NULL, err));
	ok(hf_plan_set_blob(plan, "state", 6, err));
	ok(hf_plan_preserve(plan, "vm", 0, &session, err));
	hf_plan_free(plan);
	fake_kexec();
	fake_owner_close(&o);
	fake_owner_close(&p);
	fake_ops.close(fake, session);
	ok(hf_session_retrieve(fake->ctx, "vm", 0, &session, err));
	return session;
}

static void end(struct hf_restore *r, int session)
{
	hf_restore_free(r);
	ok(hf_session_finish(fake->ctx, session, HF_FINISH_DISCARD, err));
	ok(hf_session_abort(fake->ctx, session, err));
}

static void everything_comes_back_and_is_attached(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_restore *r;
	uint32_t i, devid;
	int session = gone_and_back(), fd;

	(void)state;
	ok(hf_restore_open(fake->ctx, session, &r, err));
	assert_string_equal(hf_manifest_blob(hf_restore_manifest(r), NULL),
			    "state");
	ok(hf_restore_all(r, err));
	for (i = 0; i < 5; i++) {
		assert_int_equal(hf_restore_get(r, i, &e), 0);
		assert_int_equal(e.status, 0);
		assert_int_equal(e.fd >= 0, e.kind != HF_KIND_HWPT);
	}
	ok(hf_restore_all(r, err));
	ok(hf_restore_attach(r, 3, -1, &devid, err));
	assert_int_equal(hf_restore_get(r, 3, &e), 0);
	assert_int_equal(fake_obj_of(e.fd)->attached, 3);
	/* The other one was reset: it may have any iommufd */
	refused(hf_restore_attach(r, 4, -1, NULL, err), ENOENT,
		"restore-absent");
	assert_int_equal(hf_restore_get(r, 1, &e), 0);
	ok(hf_restore_attach(r, 4, e.fd, NULL, err));
	assert_int_equal(hf_restore_get(r, 4, &e), 0);
	assert_int_equal(fake_obj_of(e.fd)->attached, 0);
	assert_int_equal(hf_restore_find(r, HF_KIND_MEMFD, "ram0", &i), 0);
	assert_int_equal(hf_restore_take(r, i, &fd), 0);
	assert_int_equal(hf_restore_take(r, i, &fd), -ENOENT);
	hf_restore_free(r);
	hf_restore_free(NULL);
	ok(hf_memfd_check(fake->ctx, fd, NULL, err));
	close(fd);
	ok(hf_session_finish(fake->ctx, session, 0, err));
	ok(hf_session_abort(fake->ctx, session, err));
}

static void a_session_without_manifest_is_refused(void **state)
{
	struct hf_restore *r = NULL;
	int session, memfd;

	(void)state;
	ok(hf_session_create(fake->ctx, "a", 0, &session, err));
	ok(hf_memfd_create(fake->ctx, "m", 4096, &memfd, err));
	refused(hf_restore_open(fake->ctx, session, &r, err), EXDEV,
		"session-direction");
	fake_kexec();
	refused(hf_restore_open(fake->ctx, session, &r, err), ENOENT,
		"restore-no-manifest");
	refused(hf_restore_open(fake->ctx, session, NULL, err), EINVAL,
		"bad-argument");
	fake->sessions[0].incoming = 0;
	ok(hf_session_preserve(fake->ctx, session, memfd, HF_TOKEN_MANIFEST,
			       err));
	fake_kexec();
	refused(hf_restore_open(fake->ctx, session, &r, err), EBADMSG,
		"manifest-damaged");
	assert_null(r);
	close(memfd);
	end(NULL, session);
}

static void a_device_without_its_driver_can_be_tried_again(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_restore *r;
	int session = gone_and_back();

	(void)state;
	fake_unbind(BDF0);
	ok(hf_restore_open(fake->ctx, session, &r, err));
	refused(hf_restore_all(r, err), EAGAIN, "restore-driver");
	assert_int_equal(hf_restore_get(r, 3, &e), 0);
	assert_int_equal(e.status, -EAGAIN);
	assert_int_equal(e.fd, -1);
	/* The kernel was not asked, and the others are there */
	assert_false(fake->sessions[0].files[2].retrieved);
	assert_int_equal(hf_restore_get(r, 4, &e), 0);
	assert_int_equal(e.status, 0);
	fake_bind(BDF0, "e1000e");
	refused(hf_restore_all(r, err), EAGAIN, "restore-driver");
	fake_remove("/sys/bus/pci/devices/" BDF0);
	refused(hf_restore_all(r, err), EAGAIN, "restore-no-device");
	fake_device(BDF0, "vfio-pci", 1);
	ok(hf_restore_all(r, err));
	end(r, session);
}

static void without_its_iommufd_a_device_is_not_asked_for(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_restore *r;
	int session = gone_and_back();

	(void)state;
	ok(hf_restore_open(fake->ctx, session, &r, err));
	/* What comes back under its token is another iommufd */
	fake_obj_of(fake->sessions[0].files[1].fd)->ioas = 9;
	refused(hf_restore_all(r, err), EBADMSG, "restore-other");
	assert_int_equal(hf_restore_get(r, 3, &e), 0);
	assert_int_equal(e.status, -EAGAIN);
	assert_int_equal(hf_restore_get(r, 2, &e), 0);
	assert_int_equal(e.status, -EBADMSG);
	assert_int_equal(hf_restore_get(r, 4, &e), 0);
	assert_int_equal(e.status, 0);
	end(r, session);
}

static void what_is_not_as_the_manifest_says_is_not_kept(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_restore *r;
	int session = gone_and_back(), other;

	(void)state;
	ok(hf_restore_open(fake->ctx, session, &r, err));
	ok(hf_memfd_create(fake->ctx, "x", 4096, &other, err));
	fake_ops.close(fake, fake->sessions[0].files[0].fd);
	fake->sessions[0].files[0].fd = other;
	strcpy(fake_obj_of(fake->sessions[0].files[2].fd)->bdf, BDF1);
	refused(hf_restore_all(r, err), EBADMSG, "restore-other");
	assert_int_equal(hf_restore_get(r, 0, &e), 0);
	assert_int_equal(e.status, -EBADMSG);
	assert_int_equal(e.fd, -1);
	assert_int_equal(hf_restore_get(r, 3, &e), 0);
	assert_int_equal(e.status, -EBADMSG);
	end(r, session);
}

/* A session with memory that is sealed, and memory that is not */
static int two_kinds_of_memory(void)
{
	int sealed, session, open_fd = memfd_create("x", MFD_CLOEXEC);
	struct hf_plan *plan;

	assert_int_equal(ftruncate(open_fd, 4096), 0);
	ok(hf_memfd_create(fake->ctx, "x", 4096, &sealed, err));
	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	ok(hf_plan_add_memfd(plan, sealed, "sealed", NULL, err));
	ok(hf_plan_add_memfd(plan, open_fd, "open", NULL, err));
	ok(hf_plan_preserve(plan, "vm", 0, &session, err));
	hf_plan_free(plan);
	close(sealed);
	close(open_fd);
	fake_kexec();
	return session;
}

static void seals_are_demanded_of_memory_that_had_them(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	int session = two_kinds_of_memory(), other;
	struct hf_restore *r;

	(void)state;
	ok(hf_restore_open(fake->ctx, session, &r, err));
	ok(hf_restore_all(r, err));
	assert_int_equal(hf_restore_get(r, 1, &e), 0);
	assert_int_equal(e.flags, HF_ENTRY_UNSEALED);
	hf_restore_free(r);
	/* The right length does not do */
	other = memfd_create("x", MFD_CLOEXEC);
	assert_int_equal(ftruncate(other, 4096), 0);
	fake_ops.close(fake, fake->sessions[0].files[0].fd);
	fake->sessions[0].files[0].fd = other;
	ok(hf_restore_open(fake->ctx, session, &r, err));
	refused(hf_restore_all(r, err), EBADMSG, "restore-other");
	assert_int_equal(hf_restore_get(r, 0, &e), 0);
	assert_int_equal(e.status, -EBADMSG);
	assert_int_equal(hf_restore_get(r, 1, &e), 0);
	assert_int_equal(e.status, 0);
	hf_restore_free(r);
	/* Nor does the length of memory without seals go unseen */
	assert_int_equal(ftruncate(fake->sessions[0].files[1].fd, 8192), 0);
	ok(hf_restore_open(fake->ctx, session, &r, err));
	refused(hf_restore_all(r, err), EBADMSG, "restore-other");
	assert_int_equal(hf_restore_get(r, 1, &e), 0);
	assert_int_equal(e.status, -EBADMSG);
	end(r, session);
}

static void whichever_call_fails_it_can_be_done_again(void **state)
{
	int failures = 0, fds;

	(void)state;
	for (unsigned int n = 1; ; n++) {
		struct hf_error e = { .size = sizeof(e) };
		struct hf_restore *r = NULL;
		int session = gone_and_back(), ret;

		fds = fake_open_fds();
		fake->calls = 0;
		fake->fail_at = n;
		fake->fail_code = -EIO;
		ret = hf_restore_open(fake->ctx, session, &r, &e);
		if (!ret)
			ret = hf_restore_all(r, &e);
		fake->fail_at = 0;
		if (ret) {
			failures++;
			assert_true(*e.id);
			hf_restore_free(r);
			assert_int_equal(fake_open_fds(), fds);
			ok(hf_restore_open(fake->ctx, session, &r, err));
			ok(hf_restore_all(r, err));
		}
		end(r, session);
		if (!ret && fake->calls < n)
			break;
	}
	assert_true(failures > 10);
}

static void attaching_can_be_tried_again(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_restore *r;
	int session = gone_and_back();
	uint32_t devid = 0;

	(void)state;
	ok(hf_restore_open(fake->ctx, session, &r, err));
	ok(hf_restore_all(r, err));
	fake->fail_request = HF_VFIO_ATTACH;
	fake->fail_request_code = -ENOMEM;
	refused(hf_restore_attach(r, 3, -1, &devid, err), ENOMEM, "vfio");
	assert_int_equal(devid, 0);
	fake->fail_request = 0;
	ok(hf_restore_attach(r, 3, -1, &devid, err));
	assert_int_equal(devid, 2);
	assert_int_equal(hf_restore_get(r, 3, &e), 0);
	assert_int_equal(fake_obj_of(e.fd)->attached, 3);
	end(r, session);
}

static void entries_that_are_not_there_are_refused(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_restore *r;
	int session = gone_and_back(), fd = -7;
	uint32_t i = 77;

	(void)state;
	ok(hf_restore_open(fake->ctx, session, &r, err));
	assert_int_equal(hf_restore_get(r, 5, &e), -ERANGE);
	assert_int_equal(hf_restore_get(NULL, 0, &e), -EINVAL);
	assert_int_equal(hf_restore_take(r, 5, &fd), -ERANGE);
	assert_int_equal(hf_restore_take(r, 0, &fd), -ENOENT);
	assert_int_equal(hf_restore_take(r, 0, NULL), -EINVAL);
	assert_int_equal(hf_restore_find(r, HF_KIND_MEMFD, "no", &i), -ENOENT);
	assert_int_equal(hf_restore_find(r, HF_KIND_DEVICE, "net0", &i),
			 -ENOTUNIQ);
	assert_int_equal(hf_restore_find(r, HF_KIND_DEVICE, NULL, &i),
			 -EINVAL);
	assert_int_equal(i, 77);
	assert_int_equal(hf_restore_find(r, HF_KIND_DEVICE, "02:00.0", &i), 0);
	assert_int_equal(i, 4);
	refused(hf_restore_attach(r, 9, -1, NULL, err), ERANGE,
		"restore-entry");
	refused(hf_restore_attach(r, 0, -1, NULL, err), ENOTTY,
		"restore-entry");
	refused(hf_restore_attach(r, 3, -1, NULL, err), ENOENT,
		"restore-absent");
	refused(hf_restore_attach(NULL, 3, -1, NULL, err), EINVAL,
		"bad-argument");
	refused(hf_restore_all(NULL, err), EINVAL, "bad-argument");
	assert_null(hf_restore_manifest(NULL));
	ok(hf_restore_all(r, err));
	fake->fail_request = HF_VFIO_BIND;
	fake->fail_request_code = -EPERM;
	refused(hf_restore_attach(r, 3, -1, NULL, err), EPERM,
		"vfio-bind-other");
	assert_int_equal(fd, -7);
	end(r, session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_comes_back_and_is_attached),
		TEST(a_session_without_manifest_is_refused),
		TEST(a_device_without_its_driver_can_be_tried_again),
		TEST(without_its_iommufd_a_device_is_not_asked_for),
		TEST(what_is_not_as_the_manifest_says_is_not_kept),
		TEST(seals_are_demanded_of_memory_that_had_them),
		TEST(whichever_call_fails_it_can_be_done_again),
		TEST(attaching_can_be_tried_again),
		TEST(entries_that_are_not_there_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
