// SPDX-License-Identifier: MIT
/* All that can be checked before anything is touched */
#include <stdlib.h>

#include "internal.h"

static const char what[] = "check plan";

static int check_memfd(const struct hf_plan *plan, struct hf_entry *e,
		       struct hf_error *err)
{
	int sealed, code = hf_memfd_look(plan->ctx, e->fd, &e->length, &sealed,
					 err);

	if (!code)
		e->flags = sealed ? 0 : HF_ENTRY_UNSEALED;
	return code;
}

/* The kernel finds a page table without a device as late as at the kexec */
static int check_used(const struct hf_plan *plan, const struct hf_entry *hwpt,
		      struct hf_error *err)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct hf_entry *e = &plan->entries[i].e;

		if (e->kind == HF_KIND_DEVICE && e->parent == hwpt->parent &&
		    e->hwpt_id == hwpt->hwpt_id)
			return 0;
	}
	return hf_fail(err, -ENOLINK, "plan-hwpt-unused", what,
		       OBJ("HWPT %u", hwpt->hwpt_id),
		       "add a device that is attached to it, or leave it out",
		       "no device of the plan is attached to it: the kexec would be refused");
}

static int check_iommufd(const struct hf_plan *plan, uint32_t i,
			 struct hf_error *err)
{
	const struct hf_entry *e = &plan->entries[i].e;
	int n = 0, code;

	for (uint32_t j = i + 1; j < plan->count; j++, n++) {
		const struct hf_entry *hwpt = &plan->entries[j].e;

		if (hwpt->kind != HF_KIND_HWPT)
			break;
		code = hf_iommufd_ioas_check(plan->ctx, e->fd, hwpt->ioas_id,
					     err);
		if (!code)
			code = check_used(plan, hwpt, err);
		if (code)
			return code;
	}
	if (!n)
		return hf_fail(err, -ENOKEY, "plan-iommufd-bare", what,
			       OBJ("iommufd %d", e->fd),
			       "add a page table, or leave the iommufd out",
			       "the plan has no page table of it: nothing of it would be kept");
	return 0;
}

static int check_device(const struct hf_plan *plan, const struct hf_entry *e,
			struct hf_error *err)
{
	struct hf_device d = { .size = sizeof(d) };
	char bdf[HF_BDF_LEN];
	int code = hf_vfio_check_bound(plan->ctx, e->fd, err);

	if (code)
		return code;
	/* A sandbox may well have no sysfs */
	if (!hf_exists(plan->ctx, "/sys/bus/pci/devices"))
		return 0;
	hf_bdf_format(e->domain, e->rid, bdf, sizeof(bdf));
	code = hf_device_find(plan->ctx, bdf, &d, err);
	return code ? code : hf_device_check(&d, err);
}

/* Two entries with the same key are the same file */
struct key {
	uint32_t kind;		/* 0: the number of the fd */
	uint64_t a;
	uint64_t b;
	uint32_t i;
};

static int by_key(const void *p, const void *q)
{
	const struct key *x = p, *y = q;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

static int same_key(const struct key *x, const struct key *y)
{
	return x->kind == y->kind && x->a == y->a && x->b == y->b;
}

/* All iommufds share one inode: the kernel will find two of these */
static uint32_t make_keys(const struct hf_plan *plan, struct key *keys)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < plan->count; i++) {
		const struct hf_entry *e = &plan->entries[i].e;
		struct stat st;

		if (e->kind == HF_KIND_HWPT)
			continue;
		keys[n++] = (struct key){ 0, e->fd, 0, i };
		if (e->kind == HF_KIND_DEVICE)
			keys[n++] = (struct key){ e->kind, e->domain, e->rid,
						  i };
		else if (e->kind == HF_KIND_MEMFD &&
			 !hf_sys_fstat(plan->ctx, e->fd, &st))
			keys[n++] = (struct key){ e->kind, st.st_dev,
						  st.st_ino, i };
	}
	qsort(keys, n, sizeof(*keys), by_key);
	return n;
}

/* @ret: for each entry the first one that is the same file, or itself */
static int find_twins(const struct hf_plan *plan, uint32_t *ret)
{
	struct key *keys = malloc(2 * plan->count * sizeof(*keys));
	uint32_t n;

	if (!keys)
		return -ENOMEM;
	n = make_keys(plan, keys);
	for (uint32_t i = 0; i < plan->count; i++)
		ret[i] = i;
	for (uint32_t i = 1, first = 0; i < n; i++) {
		if (!same_key(&keys[first], &keys[i]))
			first = i;
		else if (keys[first].i < ret[keys[i].i])
			ret[keys[i].i] = keys[first].i;
	}
	free(keys);
	return 0;
}

static int check_twice(const struct hf_plan *plan, uint32_t i, uint32_t twin,
		       struct hf_error *err)
{
	if (twin == i)
		return 0;
	return hf_fail(err, -ENOTUNIQ, "plan-twice", what,
		       OBJ("fd %d", plan->entries[i].e.fd), "add it once",
		       "it is entry %u as well", twin);
}

static int check_entries(struct hf_plan *plan, const uint32_t *twins,
			 struct hf_error *err)
{
	static const char *const kinds[] = {
		[HF_KIND_MEMFD] = "memfd", [HF_KIND_IOMMUFD] = "iommufd",
		[HF_KIND_DEVICE] = "device", [HF_KIND_HWPT] = "HWPT",
	};

	for (uint32_t i = 0; i < plan->count; i++) {
		struct hf_entry *e = &plan->entries[i].e;
		int code = check_twice(plan, i, twins[i], err);

		if (!code && e->kind == HF_KIND_MEMFD)
			code = check_memfd(plan, e, err);
		else if (!code && e->kind == HF_KIND_IOMMUFD)
			code = check_iommufd(plan, i, err);
		else if (!code && e->kind == HF_KIND_DEVICE)
			code = check_device(plan, e, err);
		if (code) {
			hf_error_prefix(err, "entry %u (%s%s%s)", i,
					kinds[e->kind], *e->label ? " " : "",
					e->label);
			return code;
		}
	}
	return 0;
}

int hf_plan_check(struct hf_plan *plan, struct hf_error *err)
{
	uint32_t *twins;
	int code;

	if (!plan)
		return hf_fail_arg(err, __func__, "plan is NULL");
	if (!plan->count)
		return hf_fail(err, -ENODATA, "plan-empty", what, "plan",
			       "add what is to be preserved", "it is empty");
	twins = malloc(plan->count * sizeof(*twins));
	code = twins ? find_twins(plan, twins) : -ENOMEM;
	code = code ? hf_fail_mem(err, what) :
		      check_entries(plan, twins, err);
	free(twins);
	return code;
}
