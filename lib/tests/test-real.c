// SPDX-License-Identifier: MIT
/* Without a context it is the kernel that runs the test that is asked */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"

static void a_memfd_is_no_session_iommufd_or_device(void **state)
{
	uint32_t id, domain, rid;
	int fd;

	(void)state;
	ok(hf_memfd_create(NULL, "x", 4096, &fd, err));
	refused(hf_session_adopt(NULL, fd, 0, NULL, err), ENOTTY,
		"session-not");
	refused(hf_iommufd_ioas_alloc(NULL, fd, &id, err), ENOTTY,
		"iommufd-not");
	refused(hf_vfio_check_bound(NULL, fd, err), ENOTTY, "vfio-not");
	refused(hf_device_of_fd(NULL, fd, &domain, &rid, err), ENODEV,
		"device-unknown");
	close(fd);
	refused(hf_session_adopt(NULL, fd, 0, NULL, err), EBADF,
		"session-bad-fd");
}

static void a_manifest_goes_through_real_memory(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_manifest *m;
	struct hf_plan *plan;
	size_t len;
	int ram, fd;
	void *p;

	(void)state;
	ok(hf_memfd_create(NULL, "ram", 1 << 20, &ram, err));
	assert_int_equal(hf_plan_new(NULL, &plan), 0);
	ok(hf_plan_add_memfd(plan, ram, "ram0", NULL, err));
	ok(hf_plan_check(plan, err));
	ok(hf_memfd_create(NULL, "manifest", 4096, &fd, err));
	ok(hf_memfd_map(NULL, fd, 0, 4096, 0, &p, err));
	ok(hf_manifest_build(plan, p, 4096, &len, err));
	assert_int_equal(hf_memfd_unmap(NULL, p, 4096), 0);
	ok(hf_manifest_read(NULL, fd, &m, err));
	assert_int_equal(hf_manifest_get(m, 0, &e), 0);
	assert_int_equal(e.length, 1 << 20);
	assert_string_equal(e.label, "ram0");
	hf_manifest_free(m);
	hf_plan_free(plan);
	close(ram);
	close(fd);
}

static void a_file_with_other_contents_is_no_memory(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	refused(hf_memfd_check(NULL, fds[0], NULL, err), EMEDIUMTYPE,
		"memfd-not");
	close(fds[0]);
	close(fds[1]);
}

static int busy_open(void *data, const char *path, int flags, uint32_t mode)
{
	(void)path;
	(void)flags;
	(void)mode;
	++*(int *)data;
	return -EBUSY;
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void signals_do_not_shorten_the_wait(void **state)
{
	const struct itimerval often = {
		.it_interval.tv_usec = 500, .it_value.tv_usec = 500,
	};
	const struct hf_ops ops = { .size = sizeof(ops), .open = busy_open };
	int opens = 0, session = -7;
	struct hf_ctx_options options = {
		.size = sizeof(options), .ops = &ops, .ops_data = &opens,
	};
	struct timespec begin, end;
	struct hf_ctx *ctx;

	(void)state;
	assert_int_equal(hf_ctx_new(&options, &ctx), 0);
	signal(SIGALRM, on_alarm);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	refused(hf_session_create(ctx, "a", 200, &session, err), EBUSY,
		"liveupdate-busy");
	clock_gettime(CLOCK_MONOTONIC, &end);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	signal(SIGALRM, SIG_IGN);
	assert_true((end.tv_sec - begin.tv_sec) * 1000 +
		    (end.tv_nsec - begin.tv_nsec) / 1000000 >= 199);
	assert_true(opens > 2);
	hf_ctx_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_memfd_is_no_session_iommufd_or_device),
		TEST(a_manifest_goes_through_real_memory),
		TEST(signals_do_not_shorten_the_wait),
		TEST(a_file_with_other_contents_is_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
