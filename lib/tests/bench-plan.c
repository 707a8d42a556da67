// SPDX-License-Identifier: MIT
/*
 * A plan with as many entries as there may be: adding and checking them takes
 * less than a second of CPU each.
 */
#include <errno.h>
#include <fcntl.h>
#include <holdfast.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#define BOUND	1.0	/* seconds */

/* Each number is a memfd of its own, without any being open */
static int fake_fcntl(void *data, int fd, int cmd, long arg)
{
	(void)data;
	(void)fd;
	(void)arg;
	return cmd == F_GET_SEALS ? F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW :
				    0;
}

static int fake_fstat(void *data, int fd, struct stat *st)
{
	(void)data;
	*st = (struct stat){ .st_ino = fd, .st_size = 4096 };
	return 0;
}

static int fake_fstatfs(void *data, int fd, struct statfs *st)
{
	(void)data;
	(void)fd;
	*st = (struct statfs){ .f_type = TMPFS_MAGIC };
	return 0;
}

static double now(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static int report(const char *what, double seconds)
{
	printf("%s: %.3f s\n", what, seconds);
	return seconds > BOUND;
}

static int memfds(struct hf_ctx *ctx)
{
	struct hf_plan *plan;
	double begin = now();
	int slow = 0;

	if (hf_plan_new(ctx, &plan))
		return 1;
	for (int i = 0; i < (int)HF_PLAN_ENTRIES_MAX; i++)
		if (hf_plan_add_memfd(plan, i, "ram", NULL, NULL))
			return 1;
	slow += report("4096 memfds added", now() - begin);
	begin = now();
	if (hf_plan_check(plan, NULL))
		return 1;
	slow += report("4096 memfds checked", now() - begin);
	hf_plan_free(plan);
	return slow;
}

/* The check of these needs a kernel, adding them does not */
static int page_tables(struct hf_ctx *ctx)
{
	struct hf_plan *plan;
	double begin = now();
	uint32_t iommufd;

	if (hf_plan_new(ctx, &plan) ||
	    hf_plan_add_iommufd(plan, 3, NULL, &iommufd, NULL))
		return 1;
	for (uint32_t i = 1; i < HF_PLAN_ENTRIES_MAX; i++)
		if (hf_plan_add_hwpt(plan, iommufd, i, 1, NULL))
			return 1;
	hf_plan_free(plan);
	return report("4095 page tables added", now() - begin);
}

int main(void)
{
	const struct hf_ops ops = {
		.size = sizeof(ops), .fcntl = fake_fcntl, .fstat = fake_fstat,
		.fstatfs = fake_fstatfs,
	};
	struct hf_ctx_options options = { .size = sizeof(options), .ops = &ops };
	struct hf_ctx *ctx;
	int slow;

	if (hf_ctx_new(&options, &ctx))
		return 1;
	slow = memfds(ctx) + page_tables(ctx);
	hf_ctx_free(ctx);
	return slow != 0;
}
