// SPDX-License-Identifier: MIT
/*
 * Each allocation is made to fail in turn: the answer is -ENOMEM, and nothing is
 * left behind (what leaks is told by the sanitizer).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake.h"
#include "fake-kernel.h"

static int countdown;	/* 0: none fails */

static int fails(void)
{
	return countdown && !--countdown;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

static struct owner owner;
static int session;
static size_t len;
static uint8_t manifest[4096];

static int do_plan(struct hf_error *err)
{
	struct hf_plan_device d = { .size = sizeof(d), .fd = owner.dev };
	struct hf_plan *plan;
	uint32_t iommufd;
	int ret;

	ret = hf_plan_new(fake->ctx, &plan);
	if (ret)
		return ret;
	ret = hf_plan_add_memfd(plan, owner.memfd, "ram", NULL, err);
	if (!ret)
		ret = hf_plan_add_iommufd(plan, owner.iommufd, "", &iommufd,
					  err);
	if (!ret)
		ret = hf_plan_add_hwpt(plan, iommufd, owner.hwpt, owner.ioas,
				       err);
	d.iommufd = iommufd;
	d.hwpt_id = owner.hwpt;
	d.bdf = BDF0;
	if (!ret)
		ret = hf_plan_add_device(plan, &d, NULL, err);
	if (!ret)
		ret = hf_plan_set_blob(plan, "x", 1, err);
	if (!ret)
		ret = hf_plan_preserve(plan, "a", 0, &session, err);
	if (!ret)
		ret = hf_manifest_build(plan, manifest, sizeof(manifest), &len,
					err);
	hf_plan_free(plan);
	return ret;
}

static int do_manifest(struct hf_error *err)
{
	struct hf_manifest *m;
	int ret = hf_manifest_parse(manifest, len, &m, err);

	if (!ret)
		hf_manifest_free(m);
	return ret;
}

static int do_restore(struct hf_error *err)
{
	struct hf_restore *r;
	int ret = hf_restore_open(fake->ctx, session, &r, err);

	if (!ret)
		hf_restore_free(r);
	return ret;
}

static int do_irqs(struct hf_error *err)
{
	int fds[] = { -1 };

	return hf_vfio_irqs_arm(fake->ctx, owner.dev, 1, fds, 1, err);
}

static int do_places(struct hf_error *err)
{
	struct hf_fd_place places[] = { { 0, 0 } };

	return hf_fds_place(fake->ctx, places, 1, err);
}

static int do_sessions(struct hf_error *err)
{
	static const char text[] =
		"outgoing open a\n\ttoken=0x1 handler=h state=preserved\n"
		"outgoing open b\n\ttoken=0x1 handler=h state=preserved\n";
	struct hf_sessions *s;
	int ret = hf_sessions_parse(text, sizeof(text) - 1, &s, err);

	if (!ret)
		hf_sessions_free(s);
	return ret;
}

static int do_listen(struct hf_error *err)
{
	struct hf_listen *l;
	int ret = hf_listen_parse("42", "1", "a", 42, &l, err);

	if (!ret)
		hf_listen_free(l);
	return ret;
}

static int do_ctx(struct hf_error *err)
{
	struct hf_ctx *ctx;
	int ret = hf_ctx_new(NULL, &ctx);

	(void)err;
	if (!ret)
		hf_ctx_free(ctx);
	return ret;
}

static int do_read(struct hf_error *err)
{
	struct hf_sessions *s;
	int ret = hf_sessions_read(fake->ctx, &s, err);

	if (!ret)
		hf_sessions_free(s);
	return ret;
}

/* Return: how many allocations could be made to fail */
static int each(int (*fn)(struct hf_error *err))
{
	int failures = 0;

	for (int n = 1; ; n++) {
		struct hf_error e = { .size = sizeof(e) };
		int ret, left;

		countdown = n;
		ret = fn(&e);
		left = countdown;
		countdown = 0;
		if (!ret && left)
			return failures;
		/*
		 * A file of sysfs that cannot be read makes a plan refuse in
		 * its own words, or does not matter.
		 */
		assert_true(ret == -ENOMEM || fn == do_plan);
		if (!ret)
			ok(hf_session_abort(fake->ctx, session, err));
		else
			failures++;
	}
}

static void whichever_allocation_fails_it_says_so(void **state)
{
	(void)state;
	fake_owner(&owner, BDF0);
	assert_true(each(do_plan) >= 8);
	assert_int_equal(each(do_manifest), 4);
	assert_int_equal(each(do_irqs), 1);
	assert_int_equal(each(do_places), 2);
	fake_kexec();
	assert_true(each(do_restore) >= 6);
	assert_true(each(do_sessions) >= 6);
	assert_int_equal(each(do_listen), 3);
	assert_int_equal(each(do_ctx), 2);
	fake_write("outgoing open a\n",
		   "/sys/kernel/debug/liveupdate/sessions");
	assert_true(each(do_read) >= 3);
	fake_owner_close(&owner);
	ok(hf_session_finish(fake->ctx, session, HF_FINISH_DISCARD, err));
	ok(hf_session_abort(fake->ctx, session, err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whichever_allocation_fails_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
