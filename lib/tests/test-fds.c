// SPDX-License-Identifier: MIT
/* Kinds of files, and files at their numbers */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "fake-kernel.h"

static uint32_t kind_of(const struct hf_ctx *ctx, int fd)
{
	uint32_t kind = 77;

	ok(hf_fd_kind(ctx, fd, &kind, err));
	return kind;
}

static void each_kind_is_told(void **state)
{
	int session, null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct owner o;

	(void)state;
	fake_owner(&o, BDF0);
	assert_int_equal(kind_of(fake->ctx, o.memfd), HF_FD_MEMFD);
	assert_int_equal(kind_of(fake->ctx, o.iommufd), HF_FD_IOMMUFD);
	assert_int_equal(kind_of(fake->ctx, o.dev), HF_FD_VFIO);
	/* Its driver answers as many others do to what they do not know */
	fake_obj_of(o.dev)->bound = 0;
	assert_int_equal(kind_of(fake->ctx, o.dev), HF_FD_VFIO);
	ok(hf_session_create(fake->ctx, "a", 0, &session, err));
	assert_int_equal(kind_of(fake->ctx, session), HF_FD_SESSION);
	fake_link("/dev/null", "/proc/self/fd/%d", null);
	assert_int_equal(kind_of(fake->ctx, null), HF_FD_OTHER);
	fake_link("anon_inode:[eventfd]", "/proc/self/fd/%d", null);
	assert_int_equal(kind_of(fake->ctx, null), HF_FD_EVENTFD);
	fake_ops.close(fake, session);
	fake_owner_close(&o);
	close(null);
}

static void the_kernel_that_runs_the_test_knows_some(void **state)
{
	char path[] = "/dev/shm/holdfast-XXXXXX";
	int fd = eventfd(0, EFD_CLOEXEC);
	uint32_t kind;

	(void)state;
	assert_int_equal(kind_of(NULL, fd), HF_FD_EVENTFD);
	close(fd);
	fd = memfd_create("x", MFD_CLOEXEC);
	assert_int_equal(kind_of(NULL, fd), HF_FD_MEMFD);
	close(fd);
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(kind_of(NULL, fd), HF_FD_OTHER);
	close(fd);
	/* It has seals, too, but the kernel does not preserve it */
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		skip();
	assert_int_equal(ftruncate(fd, 4096), 0);
	kind = kind_of(NULL, fd);
	unlink(path);
	close(fd);
	assert_int_equal(kind, HF_FD_OTHER);
}

static void what_is_not_open_has_no_kind(void **state)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint32_t kind = 77;

	(void)state;
	refused(hf_fd_kind(fake->ctx, -1, &kind, err), EBADF, "fd-bad");
	refused(hf_fd_kind(fake->ctx, 250, &kind, err), EBADF, "fd-bad");
	refused(hf_fd_kind(fake->ctx, fd, NULL, err), EINVAL, "bad-argument");
	/* No /proc */
	refused(hf_fd_kind(fake->ctx, fd, &kind, err), ENOENT, "fd-link");
	assert_int_equal(kind, 77);
	close(fd);
}

/* ---- places ---- */

/* A memfd with its number in its size */
static int file(int n)
{
	int fd = memfd_create("x", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, n), 0);
	return fd;
}

static int which(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : (int)st.st_size;
}

static void they_are_put_whatever_is_in_the_way(void **state)
{
	int a = file(1), b = file(2), c = file(3);
	/* A ring, a number that is free, one twice, one where it is */
	struct hf_fd_place ring[] = {
		{ a, b }, { b, c }, { c, a }, { a, 200 }, { b, 77 },
	};
	struct hf_fd_place same[] = { { 200, 200 } };

	(void)state;
	ok(hf_fds_place(fake->ctx, ring, 5, err));
	assert_int_equal(which(b), 1);
	assert_int_equal(which(c), 2);
	assert_int_equal(which(a), 3);
	assert_int_equal(which(200), 1);
	assert_int_equal(which(77), 2);
	for (int i = 0; i < 5; i++)
		assert_int_equal(fcntl(ring[i].number, F_GETFD), 0);
	assert_int_equal(fcntl(200, F_SETFD, FD_CLOEXEC), 0);
	ok(hf_fds_place(fake->ctx, same, 1, err));
	assert_int_equal(fcntl(200, F_GETFD), 0);
	assert_int_equal(which(200), 1);
	ok(hf_fds_place(fake->ctx, NULL, 0, err));
	for (int i = 0; i < 5; i++)
		close(ring[i].number);
}

static void many_in_reverse_are_put_right(void **state)
{
	struct hf_fd_place places[40];

	(void)state;
	for (int i = 0; i < 40; i++)
		places[i].fd = file(i + 1);
	for (int i = 0; i < 40; i++)
		places[i].number = places[39 - i].fd;
	ok(hf_fds_place(fake->ctx, places, 40, err));
	for (int i = 0; i < 40; i++)
		assert_int_equal(which(places[i].number), i + 1);
	for (int i = 0; i < 40; i++)
		close(places[i].fd);
}

static void what_cannot_be_put_changes_nothing(void **state)
{
	int a = file(1), b = file(2);
	struct hf_fd_place twice[] = { { a, 100 }, { b, 100 } };
	struct hf_fd_place closed[] = { { a, b }, { 250, 100 } };
	struct hf_fd_place negative[] = { { a, b }, { b, -1 } };
	struct hf_fd_place far[] = { { a, b }, { b, 1 << 20 } };
	struct rlimit limit, low;

	(void)state;
	refused(hf_fds_place(fake->ctx, twice, 2, err), ENOTUNIQ, "fds-twice");
	refused(hf_fds_place(fake->ctx, closed, 2, err), EBADF, "fd-bad");
	refused(hf_fds_place(fake->ctx, negative, 2, err), EINVAL,
		"bad-argument");
	refused(hf_fds_place(fake->ctx, NULL, 1, err), EINVAL,
		"bad-argument");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = limit;
	low.rlim_cur = 256;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	refused(hf_fds_place(fake->ctx, far, 2, err), EINVAL, "fds-room");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(which(a), 1);
	assert_int_equal(which(b), 2);
	assert_int_equal(which(100), -1);
	close(a);
	close(b);
}

static void whichever_call_fails_all_is_as_before(void **state)
{
	int a = file(1), b = file(2), failures = 0, fds;
	struct hf_fd_place places[] = { { a, b }, { b, 100 }, { a, 101 } };

	(void)state;
	fds = fake_open_fds();
	/* Up to the first dup2(), for which nothing is left that could fail */
	for (unsigned int n = 1; n <= 15; n++) {
		struct hf_error e = { .size = sizeof(e) };

		fake->calls = 0;
		fake->fail_at = n;
		fake->fail_code = -EMFILE;
		assert_int_equal(hf_fds_place(fake->ctx, places, 3, &e),
				 n <= 3 ? -EBADF : -EMFILE);
		if (!strcmp(e.id, "fds-put"))
			break;
		failures++;
		assert_true(*e.id);
		assert_int_equal(which(a), 1);
		assert_int_equal(which(b), 2);
		assert_int_equal(fake_open_fds(), fds);
	}
	assert_int_equal(failures, 11);
	close(a);
	close(b);
	close(100);
	close(101);
}

static void a_program_gets_them_and_no_others(void **state)
{
	static const char script[] =
		"[ -e /proc/self/fd/150 ] && [ ! -e /proc/self/fd/$1 ]";
	int a = file(1), status;
	struct hf_fd_place places[] = { { a, 150 } };
	char text[16];
	char *argv[] = { "sh", "-c", (char *)script, "sh", text, NULL };
	char *envp[] = { NULL };
	pid_t child;

	(void)state;
	snprintf(text, sizeof(text), "%d", a);
	child = fork();
	if (!child) {
		hf_fds_exec(NULL, places, 1, "/bin/sh", argv, envp, NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(a);
}

static void a_program_that_is_none_is_an_error(void **state)
{
	int a = file(1);
	struct hf_fd_place places[] = { { a, 150 } };
	char *argv[] = { "x", NULL };

	(void)state;
	refused(hf_fds_exec(fake->ctx, places, 1, "/x", argv, NULL, err),
		EINVAL, "bad-argument");
	assert_int_equal(which(150), -1);
	refused(hf_fds_exec(fake->ctx, places, 1, "/x", argv, argv, err),
		ENOEXEC, "fds-exec");
	assert_string_equal(fake->executed, "/x");
	assert_int_equal(which(150), 1);
	places[0].fd = 249;
	refused(hf_fds_exec(fake->ctx, places, 1, "/x", argv, argv, err),
		EBADF, "fd-bad");
	close(150);
	close(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_is_told),
		TEST(the_kernel_that_runs_the_test_knows_some),
		TEST(what_is_not_open_has_no_kind),
		TEST(they_are_put_whatever_is_in_the_way),
		TEST(many_in_reverse_are_put_right),
		TEST(what_cannot_be_put_changes_nothing),
		TEST(whichever_call_fails_all_is_as_before),
		TEST(a_program_gets_them_and_no_others),
		TEST(a_program_that_is_none_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
