// SPDX-License-Identifier: MIT
/* Getting back what a plan preserved */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* To what a device file was bound by an attach that went no further */
struct bound {
	int iommufd;	/* -1: to nothing */
	uint32_t devid;
};

struct hf_restore {
	const struct hf_ctx *ctx;
	int session;
	struct hf_manifest *manifest;
	struct hf_entry *entries;	/* with @fd and @status */
	struct bound *bound;	/* for each of them */
	uint32_t count;
};

int hf_restore_open(const struct hf_ctx *ctx, int session,
		    struct hf_restore **ret, struct hf_error *err)
{
	struct hf_restore *r;
	int code, fd;

	if (!ret)
		return hf_fail_arg(err, __func__, "ret is NULL");
	code = hf_session_adopt(ctx, session, HF_INCOMING, NULL, err);
	if (code)
		return code;
	code = hf_session_retrieve_fd(ctx, session, HF_TOKEN_MANIFEST, &fd,
				      err);
	if (code == -ENOENT)
		return hf_fail(err, code, "restore-no-manifest",
			       "read manifest", OBJ("fd %d", session),
			       "retrieve its files by their tokens, or discard it",
			       "the session has none: it was not made by a plan, or not completely");
	if (code)
		return code;
	r = calloc(1, sizeof(*r));
	if (r)
		code = hf_manifest_read(ctx, fd, &r->manifest, err);
	else
		code = hf_fail_mem(err, "read manifest");
	hf_sys_close(ctx, fd);
	if (!code) {
		r->count = r->manifest->count;
		r->entries = calloc(r->count, sizeof(*r->entries));
		r->bound = calloc(r->count, sizeof(*r->bound));
		if (!r->entries || !r->bound)
			code = hf_fail_mem(err, "read manifest");
	}
	if (code) {
		if (r) {
			hf_manifest_free(r->manifest);
			free(r->entries);
			free(r->bound);
		}
		free(r);
		return code;
	}
	memcpy(r->entries, r->manifest->entries,
	       r->count * sizeof(*r->entries));
	for (uint32_t i = 0; i < r->count; i++)
		r->bound[i].iommufd = -1;
	r->ctx = ctx;
	r->session = session;
	*ret = r;
	return 0;
}

const struct hf_manifest *hf_restore_manifest(const struct hf_restore *restore)
{
	return restore ? restore->manifest : NULL;
}

static int not_the_one(struct hf_error *err, const char *why)
{
	return hf_fail(err, -EBADMSG, "restore-other", "retrieve", "",
		       "do not use it; discard the session", "%s", why);
}

/* Is what came what the manifest says? */
static int verify(const struct hf_restore *r, uint32_t i, int fd,
		  struct hf_error *err)
{
	const struct hf_entry *e = &r->entries[i];
	uint32_t domain, rid;
	uint64_t length;
	int sealed;

	switch (e->kind) {
	case HF_KIND_MEMFD:
		if (hf_memfd_look(r->ctx, fd, &length, &sealed, NULL) ||
		    length != e->length)
			return not_the_one(err,
					   "it is not the memory that the manifest names");
		if (!sealed && !(e->flags & HF_ENTRY_UNSEALED))
			return not_the_one(err,
					   "it lacks the seals that the manifest names");
		break;
	case HF_KIND_IOMMUFD:
		for (i++; i < r->count &&
		     r->entries[i].kind == HF_KIND_HWPT; i++)
			if (hf_iommufd_ioas_check(r->ctx, fd,
						  r->entries[i].ioas_id, NULL))
				return not_the_one(err,
						   "it does not have the IOAS that the manifest names");
		break;
	case HF_KIND_DEVICE:
		if (!hf_device_of_fd(r->ctx, fd, &domain, &rid, NULL) &&
		    (domain != e->domain || rid != e->rid))
			return not_the_one(err,
					   "it is not the device that the manifest names");
		break;
	}
	return 0;
}

/* The kernel remembers failures: is there one to be expected? */
static int foresee(const struct hf_restore *r, const struct hf_entry *e,
		   struct hf_error *err)
{
	struct hf_device d = { .size = sizeof(d) };
	char bdf[HF_BDF_LEN];

	if (e->kind != HF_KIND_DEVICE)
		return 0;
	if (e->parent != HF_NO_ENTRY && r->entries[e->parent].status)
		return hf_fail(err, -EAGAIN, "restore-iommufd", "retrieve", "",
			       "see why the iommufd failed",
			       "its iommufd is not there, so the device was not asked for");
	if (!hf_exists(r->ctx, "/sys/bus/pci/devices"))
		return 0;
	hf_bdf_format(e->domain, e->rid, bdf, sizeof(bdf));
	if (hf_device_find(r->ctx, bdf, &d, NULL))
		return hf_fail(err, -EAGAIN, "restore-no-device", "retrieve",
			       "", "rescan PCI and try again, or discard the session",
			       "the device is not there");
	if (strcmp(d.driver, "vfio-pci"))
		return hf_fail(err, -EAGAIN, "restore-driver", "retrieve", "",
			       "bind vfio-pci to it and try again", "%s%s",
			       *d.driver ? "its driver is " :
					   "no driver is bound to it",
			       d.driver);
	return 0;
}

static int retrieve(struct hf_restore *r, uint32_t i, struct hf_error *err)
{
	struct hf_entry *e = &r->entries[i];
	int fd = -1, code = foresee(r, e, err);

	if (!code)
		code = hf_session_retrieve_fd(r->ctx, r->session, e->token,
					      &fd, err);
	if (!code) {
		code = verify(r, i, fd, err);
		if (code)
			hf_sys_close(r->ctx, fd);
		else
			e->fd = fd;
	}
	e->status = code;
	if (code && e->kind == HF_KIND_DEVICE)
		hf_error_prefix(err, "entry %u (device %04x:%02x:%02x.%x)", i,
				e->domain, e->rid >> 8, e->rid >> 3 & 31,
				e->rid & 7);
	else if (code)
		hf_error_prefix(err, "entry %u (%s%s%s)", i,
				e->kind == HF_KIND_MEMFD ? "memfd" : "iommufd",
				*e->label ? " " : "", e->label);
	return code;
}

int hf_restore_all(struct hf_restore *restore, struct hf_error *err)
{
	int first = 0;

	if (!restore)
		return hf_fail_arg(err, __func__, "restore is NULL");
	for (uint32_t i = 0; i < restore->count; i++) {
		struct hf_entry *e = &restore->entries[i];
		int code;

		if (e->kind == HF_KIND_HWPT)
			e->status = restore->entries[e->parent].status;
		if (e->kind > HF_KIND_HWPT)
			e->status = -EOPNOTSUPP;
		if (e->kind >= HF_KIND_HWPT || !e->status)
			continue;
		code = retrieve(restore, i, first ? NULL : err);
		if (!first)
			first = code;
	}
	return first;
}

int hf_restore_get(const struct hf_restore *restore, uint32_t i,
		   struct hf_entry *ret)
{
	if (!restore || hf_struct_out_check(ret, sizeof(*ret)))
		return -EINVAL;
	if (i >= restore->count)
		return -ERANGE;
	hf_struct_out(ret, &restore->entries[i], sizeof(*ret));
	return 0;
}

int hf_restore_find(const struct hf_restore *restore, uint32_t kind,
		    const char *label, uint32_t *ret_i)
{
	uint32_t domain, rid, found = HF_NO_ENTRY;
	int is_bdf;

	if (!restore || !label || !ret_i)
		return -EINVAL;
	is_bdf = kind == HF_KIND_DEVICE && !hf_bdf_parse(label, &domain, &rid);
	for (uint32_t i = 0; i < restore->count; i++) {
		const struct hf_entry *e = &restore->entries[i];

		if (e->kind != kind ||
		    (strcmp(e->label, label) &&
		     !(is_bdf && e->domain == domain && e->rid == rid)))
			continue;
		if (found != HF_NO_ENTRY)
			return -ENOTUNIQ;
		found = i;
	}
	if (found == HF_NO_ENTRY)
		return -ENOENT;
	*ret_i = found;
	return 0;
}

int hf_restore_take(struct hf_restore *restore, uint32_t i, int *ret_fd)
{
	if (!restore || !ret_fd)
		return -EINVAL;
	if (i >= restore->count)
		return -ERANGE;
	if (restore->entries[i].fd < 0)
		return -ENOENT;
	*ret_fd = restore->entries[i].fd;
	restore->entries[i].fd = -1;
	return 0;
}

int hf_restore_attach(struct hf_restore *restore, uint32_t i, int iommufd,
		      uint32_t *ret_devid, struct hf_error *err)
{
	static const char what[] = "attach device";
	const struct hf_entry *e;
	struct bound *b;
	int code = 0;

	if (!restore)
		return hf_fail_arg(err, __func__, "restore is NULL");
	if (i >= restore->count)
		return hf_fail(err, -ERANGE, "restore-entry", what,
			       OBJ("entry %u", i), "see the manifest",
			       "there are only %u", restore->count);
	e = &restore->entries[i];
	if (e->kind != HF_KIND_DEVICE)
		return hf_fail(err, -ENOTTY, "restore-entry", what,
			       OBJ("entry %u", i), "see the manifest",
			       "it is no device");
	if (iommufd < 0 && e->parent != HF_NO_ENTRY)
		iommufd = restore->entries[e->parent].fd;
	if (e->fd < 0 || iommufd < 0)
		return hf_fail(err, -ENOENT, "restore-absent", what,
			       OBJ("entry %u", i),
			       "retrieve both and take neither; pass an iommufd for a device that was reset",
			       "the device or its iommufd is not there");
	/* What was bound by a call that failed afterwards stays so */
	b = &restore->bound[i];
	if (b->iommufd != iommufd) {
		code = hf_vfio_bind(restore->ctx, e->fd, iommufd, &b->devid,
				    err);
		if (!code)
			b->iommufd = iommufd;
	}
	if (!code && e->parent != HF_NO_ENTRY)
		code = hf_vfio_attach(restore->ctx, e->fd, e->hwpt_id, err);
	if (code) {
		hf_error_prefix(err, "entry %u", i);
		return code;
	}
	if (ret_devid)
		*ret_devid = b->devid;
	return 0;
}

void hf_restore_free(struct hf_restore *restore)
{
	if (!restore)
		return;
	for (uint32_t i = 0; i < restore->count; i++)
		if (restore->entries[i].fd >= 0)
			hf_sys_close(restore->ctx, restore->entries[i].fd);
	hf_manifest_free(restore->manifest);
	free(restore->entries);
	free(restore->bound);
	free(restore);
}
