// SPDX-License-Identifier: MIT
/*
 * Preserving a plan. Whatever can fail without a session comes first; after that
 * only closing the session undoes what was done.
 */
#include <stdlib.h>

#include "internal.h"

static int is_file(const struct hf_entry *e)
{
	return e->kind != HF_KIND_HWPT;
}

static void name_entry(struct hf_error *err, const struct hf_plan *plan,
		       uint32_t i)
{
	const struct hf_entry *e = &plan->entries[i].e;

	if (e->kind == HF_KIND_DEVICE)
		hf_error_prefix(err, "entry %u (device %04x:%02x:%02x.%x)", i,
				e->domain, e->rid >> 8, e->rid >> 3 & 31,
				e->rid & 7);
	else
		hf_error_prefix(err, "entry %u (%s%s%s)", i,
				e->kind == HF_KIND_MEMFD ? "memfd" :
				e->kind == HF_KIND_IOMMUFD ? "iommufd" :
							     "HWPT",
				*e->label ? " " : "", e->label);
}

/* Harmless on their own, see plan.h */
static int mark(const struct hf_plan *plan, struct hf_error *err)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct hf_entry *e = &plan->entries[i].e;
		int code;

		if (e->kind != HF_KIND_HWPT)
			continue;
		code = hf_iommufd_mark(plan->ctx,
				       plan->entries[e->parent].e.fd,
				       e->hwpt_id, err);
		if (code) {
			name_entry(err, plan, i);
			return code;
		}
	}
	return 0;
}

/* Return: a memfd with the manifest */
static int make_manifest(const struct hf_plan *plan, struct hf_error *err)
{
	static const char what[] = "write manifest";
	size_t len = 0, done = 0;
	int code, fd = -1;
	uint8_t *data;

	code = hf_manifest_build(plan, NULL, 0, &len, err);
	if (code)
		return code;
	data = malloc(len);
	if (!data)
		return hf_fail_mem(err, what);
	code = hf_manifest_build(plan, data, len, &len, err);
	/* In whole pages, as memory of VMs is */
	if (!code)
		code = hf_memfd_create(plan->ctx, "holdfast-manifest",
				       (len + 4095) & ~(size_t)4095, &fd, err);
	while (!code && done < len) {
		int64_t n = hf_sys_pwrite(plan->ctx, fd, data + done,
					  len - done, done);

		if (n <= 0)
			code = hf_fail_sys(err, n ? n : -EIO, "manifest-write",
					   what, OBJ("memfd %d", fd), NULL);
		else
			done += n;
	}
	free(data);
	if (code && fd >= 0)
		hf_sys_close(plan->ctx, fd);
	return code ? code : fd;
}

/* @ret_done: how many the session holds */
static int fill(struct hf_plan *plan, int session, int manifest,
		uint32_t *ret_done, struct hf_error *err)
{
	int code;

	*ret_done = 0;
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct hf_entry *e = &plan->entries[i].e;

		if (!is_file(e))
			continue;
		code = hf_session_preserve(plan->ctx, session, e->fd,
					   e->token, err);
		if (code) {
			name_entry(err, plan, i);
			return code;
		}
		++*ret_done;
	}
	/* The last one: where it is, the plan is complete */
	code = hf_session_preserve(plan->ctx, session, manifest,
				   HF_TOKEN_MANIFEST, err);
	if (code) {
		hf_error_prefix(err, "manifest");
		return code;
	}
	plan->preserved = 1;
	return 0;
}

static int check_new(const struct hf_plan *plan, struct hf_error *err)
{
	if (!plan->preserved)
		return 0;
	return hf_fail(err, -EBUSY, "plan-preserved", "preserve", "plan",
		       "close its session and reset the plan",
		       "it is preserved");
}

/* Return: a memfd with the manifest, and nothing left that can be known */
static int prepare(struct hf_plan *plan, struct hf_error *err)
{
	int code;

	code = hf_plan_check(plan, err);
	if (!code)
		code = mark(plan, err);
	return code ? code : make_manifest(plan, err);
}

int hf_plan_preserve(struct hf_plan *plan, const char *name, uint32_t wait_ms,
		     int *ret_session, struct hf_error *err)
{
	int manifest, session = -1, code;
	uint32_t done;

	if (!plan || !ret_session)
		return hf_fail_arg(err, __func__,
				   "plan or ret_session is NULL");
	code = check_new(plan, err);
	if (!code)
		code = hf_session_name_check(name, err);
	if (code)
		return code;
	manifest = prepare(plan, err);
	if (manifest < 0)
		return manifest;
	code = hf_session_create(plan->ctx, name, wait_ms, &session, err);
	if (!code) {
		code = fill(plan, session, manifest, &done, err);
		if (code) {
			hf_log(plan->ctx, HF_LOG_INFO,
			       "session %s: closed, which undoes %u files",
			       name, done);
			hf_sys_close(plan->ctx, session);
		}
	}
	/* The session has a reference of its own */
	hf_sys_close(plan->ctx, manifest);
	if (!code)
		*ret_session = session;
	return code;
}

static int check_tokens(const struct hf_plan *plan, int session,
			struct hf_error *err)
{
	int code = hf_session_token_free(plan->ctx, session,
					 HF_TOKEN_MANIFEST, err);

	for (uint32_t i = 0; !code && i < plan->count; i++)
		if (is_file(&plan->entries[i].e))
			code = hf_session_token_free(plan->ctx, session,
						     plan->entries[i].e.token,
						     err);
	return code;
}

int hf_plan_preserve_into(struct hf_plan *plan, int session,
			  uint32_t *ret_spoiled, struct hf_error *err)
{
	uint32_t done = 0;
	int manifest, code;

	if (!plan)
		return hf_fail_arg(err, __func__, "plan is NULL");
	code = check_new(plan, err);
	if (!code)
		code = check_tokens(plan, session, err);
	manifest = code ? code : prepare(plan, err);
	if (manifest >= 0) {
		code = fill(plan, session, manifest, &done, err);
		hf_sys_close(plan->ctx, manifest);
	} else {
		code = manifest;
	}
	if (ret_spoiled)
		*ret_spoiled = code ? done : 0;
	return code;
}
