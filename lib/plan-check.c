// SPDX-License-Identifier: MIT
/* All that can be checked before anything is touched */
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

static int same_file(const struct hf_plan *plan, const struct hf_entry *a,
		     const struct hf_entry *b)
{
	struct stat x, y;

	if (a->kind == HF_KIND_HWPT || b->kind == HF_KIND_HWPT)
		return 0;
	if (a->fd == b->fd)
		return 1;
	if (a->kind != b->kind)
		return 0;
	if (a->kind == HF_KIND_DEVICE)
		return a->domain == b->domain && a->rid == b->rid;
	/* All iommufds share one inode: the kernel will find these */
	return a->kind == HF_KIND_MEMFD &&
	       !hf_sys_fstat(plan->ctx, a->fd, &x) &&
	       !hf_sys_fstat(plan->ctx, b->fd, &y) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int check_twice(const struct hf_plan *plan, uint32_t i,
		       struct hf_error *err)
{
	for (uint32_t j = 0; j < i; j++)
		if (same_file(plan, &plan->entries[j].e, &plan->entries[i].e))
			return hf_fail(err, -ENOTUNIQ, "plan-twice", what,
				       OBJ("fd %d", plan->entries[i].e.fd),
				       "add it once",
				       "it is entry %u as well", j);
	return 0;
}

int hf_plan_check(struct hf_plan *plan, struct hf_error *err)
{
	static const char *const kinds[] = {
		[HF_KIND_MEMFD] = "memfd", [HF_KIND_IOMMUFD] = "iommufd",
		[HF_KIND_DEVICE] = "device", [HF_KIND_HWPT] = "HWPT",
	};

	if (!plan)
		return hf_fail_arg(err, __func__, "plan is NULL");
	if (!plan->count)
		return hf_fail(err, -ENODATA, "plan-empty", what, "plan",
			       "add what is to be preserved", "it is empty");
	for (uint32_t i = 0; i < plan->count; i++) {
		struct hf_entry *e = &plan->entries[i].e;
		int code = check_twice(plan, i, err);

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
