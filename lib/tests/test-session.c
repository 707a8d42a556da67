// SPDX-License-Identifier: MIT
/* Sessions and who holds what */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../uapi.h"
#include "fake.h"
#include "fake-kernel.h"

static int create(const char *name)
{
	int fd = -1;

	ok(hf_session_create(fake->ctx, name, 0, &fd, err));
	return fd;
}

static int created_and_back(const char *name)
{
	int fd = create(name);

	fake_kexec();
	/* The process of before is gone with its fds */
	fake_ops.close(fake, fd);
	ok(hf_session_retrieve(fake->ctx, name, 0, &fd, err));
	return fd;
}

static void a_session_is_made_and_the_device_closed(void **state)
{
	int fd = create("holdfast-vm1");

	(void)state;
	assert_int_equal(fake_sessions(), 1);
	assert_string_equal(fake->sessions[0].name, "holdfast-vm1");
	assert_false(fake->luo_open);
	assert_true(fake->lines > 0);
	ok(hf_session_abort(fake->ctx, fd, err));
	assert_int_equal(fake_sessions(), 0);
}

static void bad_names_are_refused_before_the_device_is_opened(void **state)
{
	char name[65];
	int fd = -7;

	(void)state;
	memset(name, 'x', 64);
	name[64] = 0;
	refused(hf_session_create(fake->ctx, "", 0, &fd, err), EINVAL,
		"session-name-empty");
	refused(hf_session_create(fake->ctx, "a\nb", 0, &fd, err), EINVAL,
		"session-name-control");
	refused(hf_session_create(fake->ctx, name, 0, &fd, err), ENAMETOOLONG,
		"session-name-long");
	refused(hf_session_create(fake->ctx, "systemd", 0, &fd, err), EPERM,
		"session-name-reserved");
	refused(hf_session_retrieve(fake->ctx, "systemd", 0, &fd, err), EPERM,
		"session-name-reserved");
	refused(hf_session_create(fake->ctx, NULL, 0, &fd, err), EINVAL,
		"bad-argument");
	refused(hf_session_create(fake->ctx, "a", 0, NULL, err), EINVAL,
		"bad-argument");
	refused(hf_session_retrieve(fake->ctx, "a", 0, NULL, err), EINVAL,
		"bad-argument");
	assert_int_equal(fake->calls, 0);
	assert_int_equal(fd, -7);
	name[63] = 0;
	ok(hf_session_name_check(name, err));
}

static void a_busy_device_is_tried_again_for_as_long_as_asked(void **state)
{
	int fd;

	(void)state;
	fake->luo_busy = 4;
	ok(hf_session_create(fake->ctx, "a", 1000, &fd, err));
	assert_true(fake->slept > 0 && fake->slept <= 1000);
	ok(hf_session_abort(fake->ctx, fd, err));
	fake->slept = 0;
	fake->luo_busy = 1000000;
	refused(hf_session_create(fake->ctx, "a", 1000, &fd, err), EBUSY,
		"liveupdate-busy");
	assert_int_equal(fake->slept, 1000);
	fake->luo_busy = 1;
	fake->slept = 0;
	refused(hf_session_create(fake->ctx, "a", 0, &fd, err), EBUSY,
		"liveupdate-busy");
	assert_int_equal(fake->slept, 0);
}

static void the_holder_of_a_busy_device_is_named(void **state)
{
	struct hf_error e = { .size = sizeof(e) };
	int fd;

	(void)state;
	fake_write("luod\n", "/proc/4242/comm");
	fake_link("/dev/null", "/proc/4242/fd/0");
	fake_link("/dev/liveupdate", "/proc/4242/fd/5");
	fake_link("/dev/liveupdate", "/proc/4242x/fd/5");
	fake->luo_busy = 1;
	assert_int_equal(hf_session_create(fake->ctx, "a", 0, &fd, &e),
			 -EBUSY);
	assert_non_null(strstr(e.why, "4242 (luod)"));
}

static void each_reason_not_to_open_has_its_own_error(void **state)
{
	static const struct {
		int code;
		const char *id;
	} cases[] = {
		{ EIO, "liveupdate-unreadable" },
		{ EACCES, "liveupdate-permission" },
		{ EPERM, "liveupdate-permission" },
		{ ENODEV, "liveupdate-missing" },
		{ ENFILE, "liveupdate-open" },
	};
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fake->fail_at = fake->calls + 1;
		fake->fail_code = -cases[i].code;
		refused(hf_session_create(fake->ctx, "a", 0, &fd, err),
			cases[i].code, cases[i].id);
	}
	fake_remove("/dev/liveupdate");
	refused(hf_session_create(fake->ctx, "a", 0, &fd, err), ENOENT,
		"liveupdate-missing");
}

static void a_name_can_be_used_once(void **state)
{
	int fd = create("a"), other = -7;

	(void)state;
	refused(hf_session_create(fake->ctx, "a", 0, &other, err), EEXIST,
		"session-name-taken");
	assert_int_equal(other, -7);
	ok(hf_session_abort(fake->ctx, fd, err));
}

static void a_session_comes_back_once(void **state)
{
	int fd = created_and_back("a"), other;

	(void)state;
	refused(hf_session_retrieve(fake->ctx, "a", 0, &other, err), EALREADY,
		"session-held");
	refused(hf_session_retrieve(fake->ctx, "b", 0, &other, err), ESRCH,
		"session-not-found");
	ok(hf_session_finish(fake->ctx, fd, 0, err));
	ok(hf_session_abort(fake->ctx, fd, err));
}

static void other_errors_of_the_device_are_passed_on(void **state)
{
	int fd;

	(void)state;
	fake->fail_request = HF_LUO_CREATE_SESSION;
	fake->fail_request_code = -ENOSPC;
	refused(hf_session_create(fake->ctx, "a", 0, &fd, err), ENOSPC,
		"session-create");
	fake->fail_request = HF_LUO_RETRIEVE_SESSION;
	refused(hf_session_retrieve(fake->ctx, "a", 0, &fd, err), ENOSPC,
		"session-retrieve");
}

static void an_adopted_session_tells_its_name_and_direction(void **state)
{
	struct hf_session s = { .size = sizeof(s) };
	int fd = create("holdfast-a");

	(void)state;
	ok(hf_session_adopt(fake->ctx, fd, 0, &s, err));
	assert_string_equal(s.name, "holdfast-a");
	assert_int_equal(s.direction, HF_OUTGOING);
	ok(hf_session_adopt(fake->ctx, fd, HF_OUTGOING, NULL, err));
	refused(hf_session_adopt(fake->ctx, fd, HF_INCOMING, &s, err), EXDEV,
		"session-direction");
	fake_kexec();
	ok(hf_session_adopt(fake->ctx, fd, HF_INCOMING, &s, err));
	assert_int_equal(s.direction, HF_INCOMING);
	refused(hf_session_adopt(fake->ctx, fd, HF_OUTGOING, &s, err), EXDEV,
		"session-direction");
	ok(hf_session_finish(fake->ctx, fd, 0, err));
	ok(hf_session_abort(fake->ctx, fd, err));
}

static void what_is_no_session_is_not_adopted(void **state)
{
	struct hf_session s = { .size = sizeof(s) };
	int fd;

	(void)state;
	ok(hf_memfd_create(fake->ctx, "x", 4096, &fd, err));
	refused(hf_session_adopt(fake->ctx, fd, 0, &s, err), ENOTTY,
		"session-not");
	close(fd);
	refused(hf_session_adopt(fake->ctx, fd, 0, &s, err), EBADF,
		"session-bad-fd");
	refused(hf_session_adopt(fake->ctx, -1, 0, &s, err), EBADF,
		"session-bad-fd");
	refused(hf_session_adopt(fake->ctx, fd, 3, &s, err), EINVAL,
		"bad-argument");
	s.size = 4;
	refused(hf_session_adopt(fake->ctx, fd, 0, &s, err), EINVAL,
		"bad-argument");
}

static void a_kernel_that_cannot_say_the_direction_is_an_error(void **state)
{
	int fd = create("a");

	(void)state;
	fake->fail_request = HF_LUO_PRESERVE_FD;
	fake->fail_request_code = -ENOMEM;
	refused(hf_session_adopt(fake->ctx, fd, 0, NULL, err), ENOMEM,
		"session-query");
	/* Neither does this say that it is none */
	fake->fail_request = HF_LUO_GET_NAME;
	fake->fail_request_code = -ENOMEM;
	refused(hf_session_adopt(fake->ctx, fd, 0, NULL, err), ENOMEM,
		"session-query");
	fake->fail_request_code = -EOPNOTSUPP;
	refused(hf_session_adopt(fake->ctx, fd, 0, NULL, err), ENOTTY,
		"session-not");
	fake->fail_request = 0;
	ok(hf_session_abort(fake->ctx, fd, err));
}

static void one_fd_goes_and_comes_back(void **state)
{
	int fd = create("a"), memfd, back;

	(void)state;
	ok(hf_memfd_create(fake->ctx, "x", 4096, &memfd, err));
	ok(hf_session_token_free(fake->ctx, fd, 9, err));
	ok(hf_session_preserve(fake->ctx, fd, memfd, 9, err));
	close(memfd);
	refused(hf_session_token_free(fake->ctx, fd, 9, err), EEXIST,
		"token-taken");
	assert_int_equal(fake_preserved(), 1);
	fake_kexec();
	refused(hf_session_finish(fake->ctx, fd, 0, err), EBUSY,
		"finish-busy");
	refused(hf_session_retrieve_fd(fake->ctx, fd, 8, &back, err), ENOENT,
		"retrieve-no-token");
	ok(hf_session_retrieve_fd(fake->ctx, fd, 9, &back, err));
	ok(hf_memfd_check(fake->ctx, back, NULL, err));
	close(back);
	ok(hf_session_finish(fake->ctx, fd, 0, err));
	ok(hf_session_abort(fake->ctx, fd, err));
}

static void refusals_to_preserve_are_explained(void **state)
{
	static const struct {
		int code;
		const char *id;
	} cases[] = {
		{ EEXIST, "token-taken" }, { EBUSY, "preserve-busy" },
		{ ENOENT, "preserve-no-handler" },
		{ EINVAL, "preserve-refused" },
		{ EOPNOTSUPP, "preserve-unsupported" },
		{ ENOTTY, "session-not" }, { ENOMEM, "preserve" },
	};
	int fd = create("a");

	(void)state;
	fake->fail_request = HF_LUO_PRESERVE_FD;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fake->fail_request_code = -cases[i].code;
		refused(hf_session_preserve(fake->ctx, fd, 1, 1, err),
			cases[i].code, cases[i].id);
	}
	fake->fail_request = 0;
	refused(hf_session_preserve(fake->ctx, -1, 1, 1, err), EBADF,
		"session-bad-fd");
	ok(hf_session_abort(fake->ctx, fd, err));
}

static void refusals_to_retrieve_are_explained(void **state)
{
	static const struct {
		int code;
		const char *id;
	} cases[] = {
		{ ENODEV, "retrieve-no-device" }, { EBUSY, "retrieve-busy" },
		{ EOPNOTSUPP, "retrieve-version" },
		{ EINVAL, "retrieve-refused" }, { ENOTTY, "session-not" },
		{ ENOMEM, "retrieve" },
	};
	int back = -7;

	(void)state;
	fake->fail_request = HF_LUO_RETRIEVE_FD;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fake->fail_request_code = -cases[i].code;
		refused(hf_session_retrieve_fd(fake->ctx, 1, 1, &back, err),
			cases[i].code, cases[i].id);
	}
	refused(hf_session_retrieve_fd(fake->ctx, -1, 1, &back, err), EBADF,
		"session-bad-fd");
	refused(hf_session_retrieve_fd(fake->ctx, 1, 1, NULL, err), EINVAL,
		"bad-argument");
	assert_int_equal(back, -7);
}

static void discarding_says_so_to_the_kernel(void **state)
{
	int fd = create("a"), memfd;

	(void)state;
	ok(hf_memfd_create(fake->ctx, "x", 4096, &memfd, err));
	ok(hf_session_preserve(fake->ctx, fd, memfd, 9, err));
	close(memfd);
	fake_kexec();
	fake->no_discard = 1;
	refused(hf_session_finish(fake->ctx, fd, HF_FINISH_DISCARD, err),
		EOPNOTSUPP, "finish-no-discard");
	fake->no_discard = 0;
	ok(hf_session_finish(fake->ctx, fd, HF_FINISH_DISCARD, err));
	assert_int_equal(fake->sessions[0].finish_flags, 1);
	ok(hf_session_abort(fake->ctx, fd, err));
}

static void finishing_what_cannot_be_finished_is_refused(void **state)
{
	int fd = create("a");

	(void)state;
	refused(hf_session_finish(fake->ctx, fd, 0, err), EINVAL,
		"finish-not-incoming");
	refused(hf_session_finish(fake->ctx, fd, 2, err), EINVAL,
		"bad-argument");
	refused(hf_session_finish(fake->ctx, -1, 0, err), EBADF,
		"session-bad-fd");
	refused(hf_session_finish(fake->ctx, 0, 0, err), EBADF,
		"session-bad-fd");
	fake_kexec();
	fake->fail_request = HF_LUO_FINISH;
	fake->fail_request_code = -ENOMEM;
	refused(hf_session_finish(fake->ctx, fd, 0, err), ENOMEM, "finish");
	fake->fail_request_code = -EBUSY;
	refused(hf_session_finish(fake->ctx, fd, HF_FINISH_DISCARD, err),
		EBUSY, "finish-busy");
	fake->fail_request = 0;
	ok(hf_session_finish(fake->ctx, fd, 0, err));
	ok(hf_session_abort(fake->ctx, fd, err));
	refused(hf_session_abort(fake->ctx, fd, err), EBADF,
		"session-bad-fd");
	refused(hf_session_abort(fake->ctx, -1, err), EBADF,
		"session-bad-fd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_session_is_made_and_the_device_closed),
		TEST(bad_names_are_refused_before_the_device_is_opened),
		TEST(a_busy_device_is_tried_again_for_as_long_as_asked),
		TEST(the_holder_of_a_busy_device_is_named),
		TEST(each_reason_not_to_open_has_its_own_error),
		TEST(a_name_can_be_used_once),
		TEST(a_session_comes_back_once),
		TEST(other_errors_of_the_device_are_passed_on),
		TEST(an_adopted_session_tells_its_name_and_direction),
		TEST(what_is_no_session_is_not_adopted),
		TEST(a_kernel_that_cannot_say_the_direction_is_an_error),
		TEST(one_fd_goes_and_comes_back),
		TEST(refusals_to_preserve_are_explained),
		TEST(refusals_to_retrieve_are_explained),
		TEST(discarding_says_so_to_the_kernel),
		TEST(finishing_what_cannot_be_finished_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
