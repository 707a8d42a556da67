// SPDX-License-Identifier: MIT
/* What is to be preserved, in the only order that works */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const char what[] = "add to plan";

int hf_plan_new(const struct hf_ctx *ctx, struct hf_plan **ret)
{
	struct hf_plan *plan;

	if (!ret)
		return -EINVAL;
	plan = calloc(1, sizeof(*plan));
	if (!plan)
		return -ENOMEM;
	plan->ctx = ctx;
	*ret = plan;
	return 0;
}

void hf_plan_free(struct hf_plan *plan)
{
	if (!plan)
		return;
	free(plan->entries);
	free(plan->place_of);
	free(plan->blob);
	free(plan);
}

static int rank(uint32_t kind)
{
	return kind == HF_KIND_HWPT ? HF_KIND_IOMMUFD : (int)kind;
}

static struct hf_plan_entry *by_id(const struct hf_plan *plan, uint32_t id)
{
	return id < plan->count ? &plan->entries[plan->place_of[id]] : NULL;
}

static struct hf_plan_entry *iommufd_by_id(const struct hf_plan *plan,
					   uint32_t id)
{
	struct hf_plan_entry *e = by_id(plan, id);

	return e && e->e.kind == HF_KIND_IOMMUFD ? e : NULL;
}

/* Behind all that come before it */
static uint32_t place(const struct hf_plan *plan, const struct hf_plan_entry *e)
{
	uint32_t i = 0;

	if (e->e.kind == HF_KIND_HWPT) {
		i = by_id(plan, e->parent_id) - plan->entries + 1;
		while (i < plan->count &&
		       plan->entries[i].e.kind == HF_KIND_HWPT)
			i++;
		return i;
	}
	while (i < plan->count &&
	       rank(plan->entries[i].e.kind) <= rank(e->e.kind))
		i++;
	return i;
}

/* Tokens and numbers of parents follow from the places */
static void number(struct hf_plan *plan)
{
	for (uint32_t i = 0; i < plan->count; i++)
		plan->place_of[plan->entries[i].id] = i;
	for (uint32_t i = 0; i < plan->count; i++) {
		struct hf_plan_entry *e = &plan->entries[i], *parent;

		e->e.token = e->e.kind == HF_KIND_HWPT ?
			     0 : HF_TOKEN_MANIFEST + 1 + i;
		parent = e->parent_id == HF_NO_ENTRY ?
			 NULL : by_id(plan, e->parent_id);
		e->e.parent = parent ? parent - plan->entries : HF_NO_ENTRY;
	}
}

static int check_new(const struct hf_plan *plan, const char *label,
		     struct hf_error *err)
{
	if (plan->preserved)
		return hf_fail(err, -EBUSY, "plan-preserved", what, "plan",
			       "close its session and reset the plan",
			       "it is preserved");
	if (plan->count >= HF_PLAN_ENTRIES_MAX)
		return hf_fail(err, -ENOSPC, "plan-full", what, "plan",
			       "use several sessions",
			       "it has %u entries", plan->count);
	if (label && strlen(label) >= HF_LABEL_LEN)
		return hf_fail(err, -ENAMETOOLONG, "plan-label", what, label,
			       "choose a shorter one",
			       "the label has more than %d bytes",
			       HF_LABEL_LEN - 1);
	for (; label && *label; label++)
		if ((unsigned char)*label < ' ' || *label == 127)
			return hf_fail(err, -EINVAL, "plan-label", what,
				       "label", "choose one without them",
				       "the label has control characters");
	return 0;
}

static int make_room(struct hf_plan *plan)
{
	uint32_t room = plan->room ? 2 * plan->room : 8, *place_of;
	struct hf_plan_entry *entries;

	if (plan->count < plan->room)
		return 0;
	entries = realloc(plan->entries, room * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	plan->entries = entries;
	place_of = realloc(plan->place_of, room * sizeof(*place_of));
	if (!place_of)
		return -ENOMEM;
	plan->place_of = place_of;
	plan->room = room;
	return 0;
}

static int add(struct hf_plan *plan, struct hf_plan_entry *e,
	       const char *label, uint32_t *ret_id, struct hf_error *err)
{
	struct hf_plan_entry *entries;
	uint32_t i;

	if (make_room(plan))
		return hf_fail_mem(err, what);
	entries = plan->entries;
	if (label)
		hf_copy(e->e.label, sizeof(e->e.label), label);
	/* Nothing is removed, so that ids have no holes */
	e->id = plan->count;
	i = place(plan, e);
	memmove(entries + i + 1, entries + i,
		(plan->count - i) * sizeof(*entries));
	entries[i] = *e;
	plan->count++;
	number(plan);
	if (ret_id)
		*ret_id = e->id;
	return 0;
}

static int add_fd(struct hf_plan *plan, uint32_t kind, int fd,
		  const char *label, uint32_t *ret_id, struct hf_error *err)
{
	struct hf_plan_entry e = {
		.e = { .size = sizeof(e.e), .kind = kind, .fd = fd },
		.parent_id = HF_NO_ENTRY,
	};
	int code;

	if (!plan)
		return hf_fail_arg(err, __func__, "plan is NULL");
	code = check_new(plan, label, err);
	if (code)
		return code;
	if (fd < 0)
		return hf_fail(err, -EBADF, "plan-bad-fd", what,
			       OBJ("fd %d", fd), "pass an open file",
			       "it is none");
	return add(plan, &e, label, ret_id, err);
}

int hf_plan_add_memfd(struct hf_plan *plan, int fd, const char *label,
		      uint32_t *ret_id, struct hf_error *err)
{
	return add_fd(plan, HF_KIND_MEMFD, fd, label, ret_id, err);
}

int hf_plan_add_iommufd(struct hf_plan *plan, int fd, const char *label,
			uint32_t *ret_id, struct hf_error *err)
{
	return add_fd(plan, HF_KIND_IOMMUFD, fd, label, ret_id, err);
}

static int has_hwpt(const struct hf_plan *plan, uint32_t iommufd,
		    uint32_t hwpt)
{
	for (uint32_t i = 0; i < plan->count; i++)
		if (plan->entries[i].e.kind == HF_KIND_HWPT &&
		    plan->entries[i].parent_id == iommufd &&
		    plan->entries[i].e.hwpt_id == hwpt)
			return 1;
	return 0;
}

static int no_iommufd(uint32_t id, struct hf_error *err)
{
	return hf_fail(err, -ENOENT, "plan-no-iommufd", what,
		       OBJ("handle %u", id), "add the iommufd first",
		       "it is not an iommufd of this plan");
}

int hf_plan_add_hwpt(struct hf_plan *plan, uint32_t iommufd, uint32_t hwpt_id,
		     uint32_t ioas_id, struct hf_error *err)
{
	struct hf_plan_entry e = {
		.e = {
			.size = sizeof(e.e), .kind = HF_KIND_HWPT, .fd = -1,
			.hwpt_id = hwpt_id, .ioas_id = ioas_id,
		},
		.parent_id = iommufd,
	};
	int code;

	if (!plan || !hwpt_id || !ioas_id)
		return hf_fail_arg(err, __func__, "plan is NULL or an id is 0");
	code = check_new(plan, NULL, err);
	if (code)
		return code;
	if (!iommufd_by_id(plan, iommufd))
		return no_iommufd(iommufd, err);
	if (has_hwpt(plan, iommufd, hwpt_id))
		return hf_fail(err, -EEXIST, "plan-hwpt-twice", what,
			       OBJ("HWPT %u", hwpt_id), "add it once",
			       "the plan has it already");
	return add(plan, &e, NULL, NULL, err);
}

/* The address that is given, or the one the kernel knows; they must agree */
static int address(const struct hf_plan *plan, const struct hf_plan_device *d,
		   struct hf_entry *e, struct hf_error *err)
{
	uint32_t domain = 0, rid = 0;
	int code = hf_device_of_fd(plan->ctx, d->fd, &e->domain, &e->rid,
				   d->bdf ? NULL : err);
	int known = !code;

	if (!d->bdf)
		return code;
	if (code == -EBADF)
		return hf_device_of_fd(plan->ctx, d->fd, &e->domain, &e->rid,
				       err);
	if (hf_bdf_parse(d->bdf, &domain, &rid))
		return hf_fail(err, -EINVAL, "device-spec", what, d->bdf,
			       "say 0000:01:00.0", "it is not an address");
	if (known && (domain != e->domain || rid != e->rid))
		return hf_fail(err, -ENOTUNIQ, "plan-other-device", what,
			       d->bdf, "pass the right file or address",
			       "the file is of %04x:%02x:%02x.%x", e->domain,
			       e->rid >> 8, e->rid >> 3 & 31, e->rid & 7);
	e->domain = domain;
	e->rid = rid;
	return 0;
}

int hf_plan_add_device(struct hf_plan *plan,
		       const struct hf_plan_device *device, uint32_t *ret_id,
		       struct hf_error *err)
{
	struct hf_plan_entry e = {
		.e = { .size = sizeof(e.e), .kind = HF_KIND_DEVICE },
	};
	struct hf_plan_device d;
	int code;

	if (!plan)
		return hf_fail_arg(err, __func__, "plan is NULL");
	code = hf_struct_arg(err, __func__, &d, sizeof(d), device);
	if (code)
		return code;
	code = check_new(plan, d.label, err);
	if (code)
		return code;
	if ((d.iommufd == HF_NO_ENTRY) != !d.hwpt_id)
		return hf_fail_arg(err, __func__,
				   "of iommufd and hwpt_id only one is given");
	if (d.iommufd != HF_NO_ENTRY && !iommufd_by_id(plan, d.iommufd))
		return no_iommufd(d.iommufd, err);
	if (d.hwpt_id && !has_hwpt(plan, d.iommufd, d.hwpt_id))
		return hf_fail(err, -ENOENT, "plan-no-hwpt", what,
			       OBJ("HWPT %u", d.hwpt_id),
			       "add the page table first",
			       "the plan does not have it");
	code = address(plan, &d, &e.e, err);
	if (code)
		return code;
	e.e.fd = d.fd;
	e.e.hwpt_id = d.hwpt_id;
	e.parent_id = d.iommufd;
	return add(plan, &e, d.label, ret_id, err);
}

int hf_plan_set_blob(struct hf_plan *plan, const void *data, size_t len,
		     struct hf_error *err)
{
	uint8_t *copy = NULL;

	if (!plan || (len && !data))
		return hf_fail_arg(err, __func__, "plan or data is NULL");
	if (plan->preserved)
		return check_new(plan, NULL, err);
	if (len > HF_PLAN_BLOB_MAX)
		return hf_fail(err, -EFBIG, "plan-blob", what, "blob",
			       "put it into a memfd of its own",
			       "it has more than %u bytes", HF_PLAN_BLOB_MAX);
	if (len) {
		copy = malloc(len);
		if (!copy)
			return hf_fail_mem(err, what);
		memcpy(copy, data, len);
	}
	free(plan->blob);
	plan->blob = copy;
	plan->blob_len = len;
	return 0;
}

uint32_t hf_plan_count(const struct hf_plan *plan)
{
	return plan ? plan->count : 0;
}

int hf_plan_get(const struct hf_plan *plan, uint32_t i, struct hf_entry *ret)
{
	if (!plan || hf_struct_out_check(ret, sizeof(*ret)))
		return -EINVAL;
	if (i >= plan->count)
		return -ERANGE;
	hf_struct_out(ret, &plan->entries[i].e, sizeof(*ret));
	return 0;
}

void hf_plan_reset(struct hf_plan *plan)
{
	if (plan)
		plan->preserved = 0;
}
