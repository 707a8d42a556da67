// SPDX-License-Identifier: MIT
/* Memory: these are memfds of the kernel that runs the test */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fake.h"
#include "fake-kernel.h"

static void memory_is_made_with_its_seals(void **state)
{
	uint64_t length = 0;
	int fd;

	(void)state;
	ok(hf_memfd_create(NULL, "x", 8192, &fd, err));
	assert_int_equal(fcntl(fd, F_GET_SEALS),
			 F_SEAL_SEAL | F_SEAL_GROW | F_SEAL_SHRINK);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(ftruncate(fd, 4096), -1);
	ok(hf_memfd_check(NULL, fd, &length, err));
	assert_int_equal(length, 8192);
	close(fd);
}

static void whichever_call_fails_no_memory_is_left(void **state)
{
	int fd = -7, fds = fake_open_fds(), failures = 0;

	(void)state;
	for (unsigned int n = 1; ; n++) {
		struct hf_error e = { .size = sizeof(e) };

		fake->calls = 0;
		fake->fail_at = n;
		fake->fail_code = -EMFILE;
		if (!hf_memfd_create(fake->ctx, "x", 4096, &fd, &e))
			break;
		failures++;
		assert_int_equal(fd, -7);
		assert_int_equal(fake_open_fds(), fds);
	}
	assert_int_equal(failures, 5);
	close(fd);
	fake->fail_at = 0;
	refused(hf_memfd_create(fake->ctx, "x", 0, &fd, err), EINVAL,
		"bad-argument");
	refused(hf_memfd_create(NULL, "x", ~0ull, &fd, err), EFBIG,
		"memfd-size");
}

static void missing_seals_are_added(void **state)
{
	int fd = memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int sealed = memfd_create("y", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(ftruncate(fd, 4096), 0);
	refused(hf_memfd_check_sealed(fake->ctx, fd, err), EPERM,
		"memfd-unsealed");
	ok(hf_memfd_check(fake->ctx, fd, NULL, err));
	ok(hf_memfd_seal(fake->ctx, fd, err));
	ok(hf_memfd_check_sealed(fake->ctx, fd, err));
	ok(hf_memfd_check(fake->ctx, fd, NULL, err));
	ok(hf_memfd_seal(fake->ctx, fd, err));
	refused(hf_memfd_seal(fake->ctx, sealed, err), EPERM, "memfd-sealed");
	close(fd);
	close(sealed);
}

static void what_is_no_memory_is_refused(void **state)
{
	char path[] = "/dev/shm/holdfast-XXXXXX";
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	refused(hf_memfd_check(fake->ctx, fd, NULL, err), EMEDIUMTYPE,
		"memfd-not");
	refused(hf_memfd_seal(fake->ctx, fd, err), EMEDIUMTYPE, "memfd-not");
	close(fd);
	refused(hf_memfd_check(fake->ctx, fd, NULL, err), EBADF,
		"memfd-bad-fd");
	refused(hf_memfd_check(fake->ctx, -1, NULL, err), EBADF,
		"memfd-bad-fd");
	fd = memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ok(hf_memfd_seal(fake->ctx, fd, err));
	refused(hf_memfd_check(fake->ctx, fd, NULL, err), ENODATA,
		"memfd-empty");
	refused(hf_memfd_check_sealed(fake->ctx, -1, err), EBADF,
		"memfd-bad-fd");
	close(fd);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		skip();
	unlink(path);
	/* Without its name it is memory like any other */
	assert_int_equal(ftruncate(fd, 4096), 0);
	ok(hf_memfd_check(fake->ctx, fd, NULL, err));
	close(fd);
}

static void a_file_of_a_tmpfs_is_no_memory(void **state)
{
	char path[] = "/dev/shm/holdfast-XXXXXX";
	struct hf_error e = { .size = sizeof(e) };
	int fd = mkostemp(path, O_CLOEXEC), code;

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(ftruncate(fd, 4096), 0);
	code = hf_memfd_check(fake->ctx, fd, NULL, &e);
	unlink(path);
	close(fd);
	assert_int_equal(code, -EMEDIUMTYPE);
	assert_string_equal(e.id, "memfd-named");
}

static int huge_fstatfs(void *data, int fd, struct statfs *st)
{
	(void)data;
	st->f_type = HUGETLBFS_MAGIC;
	return fd < 0 ? -EBADF : 0;
}

static int odd_fcntl(void *data, int fd, int cmd, long arg)
{
	(void)data;
	return fcntl(fd, cmd, arg) | 0x400;
}

static int big_fstat(void *data, int fd, struct stat *st)
{
	int ret = fstat(fd, st);

	(void)data;
	st->st_size = (int64_t)1 << 45;
	return ret;
}

static void kinds_the_kernel_does_not_preserve_are_refused(void **state)
{
	struct hf_ops ops = { .size = sizeof(ops), .fstatfs = huge_fstatfs };
	struct hf_ctx_options options = { .size = sizeof(options),
					  .ops = &ops };
	struct hf_ctx *ctx;
	int fd;

	(void)state;
	ok(hf_memfd_create(NULL, "x", 4096, &fd, err));
	assert_int_equal(hf_ctx_new(&options, &ctx), 0);
	refused(hf_memfd_check(ctx, fd, NULL, err), EMEDIUMTYPE,
		"memfd-hugetlb");
	hf_ctx_free(ctx);
	ops = (struct hf_ops){ .size = sizeof(ops), .fcntl = odd_fcntl };
	assert_int_equal(hf_ctx_new(&options, &ctx), 0);
	refused(hf_memfd_check(ctx, fd, NULL, err), EOPNOTSUPP,
		"memfd-seals-unknown");
	hf_ctx_free(ctx);
	ops = (struct hf_ops){ .size = sizeof(ops), .fstat = big_fstat };
	assert_int_equal(hf_ctx_new(&options, &ctx), 0);
	refused(hf_memfd_check(ctx, fd, NULL, err), EFBIG, "memfd-big");
	hf_ctx_free(ctx);
	close(fd);
}

static void memory_is_mapped_and_unmapped(void **state)
{
	void *a, *b = NULL;
	int fd;

	(void)state;
	ok(hf_memfd_create(NULL, "x", 8192, &fd, err));
	ok(hf_memfd_map(NULL, fd, 0, 8192, 0, &a, err));
	ok(hf_memfd_map(NULL, fd, 4096, 4096, HF_MAP_READ_ONLY, &b, err));
	strcpy((char *)a + 4096, "seen");
	assert_string_equal(b, "seen");
	assert_int_equal(hf_memfd_unmap(NULL, b, 4096), 0);
	assert_int_equal(hf_memfd_unmap(NULL, a, 8192), 0);
	assert_int_equal(hf_memfd_unmap(NULL, NULL, 8192), -EINVAL);
	close(fd);
}

static void mappings_beyond_the_end_are_refused(void **state)
{
	void *a = NULL;
	int fd, null = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	(void)state;
	ok(hf_memfd_create(NULL, "x", 8192, &fd, err));
	refused(hf_memfd_map(NULL, fd, 4096, 8192, 0, &a, err), ERANGE,
		"memfd-short");
	refused(hf_memfd_map(NULL, fd, 12288, 1, 0, &a, err), ERANGE,
		"memfd-short");
	refused(hf_memfd_map(NULL, fd, 5, 1, 0, &a, err), EINVAL,
		"bad-argument");
	refused(hf_memfd_map(NULL, fd, 0, 4096, 2, &a, err), EINVAL,
		"bad-argument");
	refused(hf_memfd_map(NULL, -1, 0, 1, 0, &a, err), EBADF,
		"memfd-bad-fd");
	refused(hf_memfd_map(NULL, null, 0, 1, 0, &a, err), ERANGE,
		"memfd-short");
	assert_null(a);
	fake->fail_at = 1;
	fake->fail_code = -EIO;
	refused(hf_memfd_map(fake->ctx, fd, 0, 4096, 0, &a, err), EIO,
		"memfd-stat");
	close(fd);
	close(null);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(memory_is_made_with_its_seals),
		TEST(whichever_call_fails_no_memory_is_left),
		TEST(missing_seals_are_added),
		TEST(what_is_no_memory_is_refused),
		TEST(a_file_of_a_tmpfs_is_no_memory),
		TEST(kinds_the_kernel_does_not_preserve_are_refused),
		TEST(memory_is_mapped_and_unmapped),
		TEST(mappings_beyond_the_end_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
