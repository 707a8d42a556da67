// SPDX-License-Identifier: MIT
/*
 * Reading a manifest. It may have been written by any program, so that nothing
 * in it is believed, and it is copied before it is looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "manifest.h"

static const char what[] = "read manifest";

static uint32_t get32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static int damaged(struct hf_error *err, const char *object, const char *why)
{
	return hf_fail(err, -EBADMSG, "manifest-damaged", what, object,
		       "discard the session", "%s", why);
}

struct header {
	uint32_t header_size;
	uint32_t entry_size;
	uint32_t count;
	uint64_t blob_offset;
	uint64_t blob_size;
	uint64_t total;
};

static int parse_header(uint8_t *p, size_t len, struct header *h,
			struct hf_error *err)
{
	uint32_t checksum;

	if (len < MF_HEADER_SIZE)
		return damaged(err, "manifest", "it is too short");
	if (memcmp(p, MF_MAGIC, 8))
		return damaged(err, "manifest", "it is none");
	if (get32(p + MF_H_VERSION) != MF_VERSION)
		return hf_fail(err, -EOPNOTSUPP, "manifest-version", what,
			       "manifest",
			       "use the library that wrote it, or discard the session",
			       "it has version %u, known is %u",
			       get32(p + MF_H_VERSION), MF_VERSION);
	h->header_size = get32(p + MF_H_HEADER_SIZE);
	h->entry_size = get32(p + MF_H_ENTRY_SIZE);
	h->count = get32(p + MF_H_ENTRY_COUNT);
	h->total = get64(p + MF_H_TOTAL_SIZE);
	h->blob_offset = get64(p + MF_H_BLOB_OFFSET);
	h->blob_size = get64(p + MF_H_BLOB_SIZE);
	if (h->header_size < MF_HEADER_SIZE || h->header_size > MF_SIZE_LIMIT ||
	    h->entry_size < MF_ENTRY_SIZE || h->entry_size > MF_SIZE_LIMIT ||
	    !h->count || h->count > HF_PLAN_ENTRIES_MAX ||
	    h->blob_size > HF_PLAN_BLOB_MAX || h->total > len ||
	    h->blob_offset != h->header_size +
			      (uint64_t)h->count * h->entry_size ||
	    h->total != h->blob_offset + h->blob_size)
		return damaged(err, "manifest", "sizes in it do not agree");
	checksum = get32(p + MF_H_CHECKSUM);
	memset(p + MF_H_CHECKSUM, 0, 4);
	if (hf_crc32(0, p, h->total) != checksum)
		return damaged(err, "manifest", "its checksum is wrong");
	if (get32(p + MF_H_MUST))
		return hf_fail(err, -EOPNOTSUPP, "manifest-must", what,
			       "manifest",
			       "use the library that wrote it, or discard the session",
			       "it needs what this library does not know: %#x",
			       get32(p + MF_H_MUST));
	return 0;
}

static int label_ok(const char *label)
{
	size_t n = strnlen(label, HF_LABEL_LEN), i;

	if (n == HF_LABEL_LEN)
		return 0;
	for (i = 0; i < n; i++)
		if ((unsigned char)label[i] < ' ' || label[i] == 127)
			return 0;
	for (; i < HF_LABEL_LEN; i++)
		if (label[i])
			return 0;
	return 1;
}

/* Is @hwpt a page table of the iommufd with this number? */
static int has_hwpt(const struct hf_manifest *m, uint32_t iommufd,
		    uint32_t hwpt)
{
	for (uint32_t i = iommufd + 1;
	     i < m->count && m->entries[i].kind == HF_KIND_HWPT; i++)
		if (m->entries[i].hwpt_id == hwpt)
			return 1;
	return 0;
}

static const char *check_device(const struct hf_manifest *m,
				const struct hf_entry *e)
{
	if (e->rid > 0xffff)
		return "its PCI address is none";
	for (uint32_t i = m->count; i-- > 0;)
		if (m->entries[i].kind == HF_KIND_DEVICE &&
		    m->entries[i].domain == e->domain &&
		    m->entries[i].rid == e->rid)
			return "the device is there twice";
	if (e->parent == HF_NO_ENTRY)
		return e->hwpt_id ? "it has a page table without an iommufd" :
				    NULL;
	if (e->parent >= m->count ||
	    m->entries[e->parent].kind != HF_KIND_IOMMUFD)
		return "its iommufd is none";
	return has_hwpt(m, e->parent, e->hwpt_id) ? NULL :
		"its page table is not one of its iommufd";
}

static int rank(uint32_t kind)
{
	return kind == HF_KIND_HWPT ? HF_KIND_IOMMUFD : (int)kind;
}

/* What is wrong with @e as the next one of @m, or NULL */
static const char *check_entry(const struct hf_manifest *m,
			       const struct hf_entry *e, uint32_t *last_rank,
			       uint32_t *iommufd)
{
	uint32_t i = m->count;

	if (e->token != (e->kind == HF_KIND_HWPT ? 0 :
			 HF_TOKEN_MANIFEST + 1 + i))
		return "its token is wrong";
	if (rank(e->kind) < (int)*last_rank)
		return "it is not in order";
	*last_rank = rank(e->kind);
	if (e->flags && e->kind != HF_KIND_MEMFD)
		return "it is without seals, but no memfd";
	if (!e->length != (e->kind != HF_KIND_MEMFD))
		return "its length is wrong";
	switch (e->kind) {
	case HF_KIND_DEVICE:
		return check_device(m, e);
	case HF_KIND_HWPT:
		if (*iommufd == HF_NO_ENTRY || e->parent != *iommufd)
			return "it does not follow its iommufd";
		return has_hwpt(m, *iommufd, e->hwpt_id) ?
		       "the page table is there twice" : NULL;
	case HF_KIND_IOMMUFD:
		*iommufd = i;
		break;
	}
	return e->parent == HF_NO_ENTRY ? NULL : "it has a parent";
}

static int parse_entries(const uint8_t *p, const struct header *h,
			 struct hf_manifest *m, struct hf_error *err)
{
	uint32_t last_rank = 0, iommufd = HF_NO_ENTRY;

	for (uint32_t i = 0; i < h->count; i++, p += h->entry_size) {
		struct hf_entry e = {
			.size = sizeof(e),
			.kind = get32(p + MF_E_KIND),
			.token = get64(p + MF_E_TOKEN),
			.length = get64(p + MF_E_LENGTH),
			.parent = get32(p + MF_E_PARENT),
			.hwpt_id = get32(p + MF_E_HWPT),
			.ioas_id = get32(p + MF_E_IOAS),
			.domain = get32(p + MF_E_DOMAIN),
			.rid = get32(p + MF_E_RID),
			.flags = get32(p + MF_E_KIND) <= HF_KIND_HWPT &&
				 get32(p + MF_E_FLAGS) & MF_FLAG_UNSEALED ?
				 HF_ENTRY_UNSEALED : 0,
			.fd = -1, .status = -EAGAIN,
		};
		const char *why = NULL;

		memcpy(e.label, p + MF_E_LABEL, HF_LABEL_LEN);
		if (!e.kind)
			why = "it has no kind";
		else if (!label_ok(e.label))
			why = "its label is none";
		else if (e.kind <= HF_KIND_HWPT)
			why = check_entry(m, &e, &last_rank, &iommufd);
		else if (!(get32(p + MF_E_FLAGS) & MF_FLAG_IGNORABLE))
			return hf_fail(err, -EOPNOTSUPP, "manifest-kind", what,
				       OBJ("entry %u", i),
				       "use the library that wrote it, or discard the session",
				       "its kind is unknown: %u", e.kind);
		if (why)
			return damaged(err, OBJ("entry %u", i), why);
		m->entries[m->count++] = e;
	}
	return 0;
}

static int parse(uint8_t *copy, size_t len, struct hf_manifest *m,
		 struct hf_error *err)
{
	struct header h = { 0 };
	int code = parse_header(copy, len, &h, err);

	if (code)
		return code;
	m->entries = calloc(h.count, sizeof(*m->entries));
	m->blob = malloc(h.blob_size + 1);
	if (!m->entries || !m->blob)
		return hf_fail_mem(err, what);
	memcpy(m->blob, copy + h.blob_offset, h.blob_size);
	m->blob_len = h.blob_size;
	return parse_entries(copy + h.header_size, &h, m, err);
}

int hf_manifest_parse(const void *data, size_t len, struct hf_manifest **ret,
		      struct hf_error *err)
{
	struct hf_manifest *m;
	uint8_t *copy;
	int code;

	if (!data || !ret)
		return hf_fail_arg(err, __func__, "data or ret is NULL");
	if (len > MF_MAX)
		len = MF_MAX;
	copy = malloc(len + 1);
	m = calloc(1, sizeof(*m));
	if (!copy || !m) {
		code = hf_fail_mem(err, what);
	} else {
		memcpy(copy, data, len);
		code = parse(copy, len, m, err);
	}
	free(copy);
	if (code)
		hf_manifest_free(m);
	else
		*ret = m;
	return code;
}

int hf_manifest_read(const struct hf_ctx *ctx, int memfd,
		     struct hf_manifest **ret, struct hf_error *err)
{
	const char *object = OBJ("memfd %d", memfd);
	struct stat st;
	uint8_t *data;
	int64_t n = 0;
	size_t len = 0;
	int code;

	if (!ret)
		return hf_fail_arg(err, __func__, "ret is NULL");
	code = memfd < 0 ? -EBADF : hf_sys_fstat(ctx, memfd, &st);
	if (code < 0)
		return hf_fail_sys(err, code, "manifest-read", what, object,
				   "pass an open memfd");
	/* Padding to a large page is all that may be behind it */
	if (st.st_size < 0 || (uint64_t)st.st_size > MF_MAX + (2u << 20))
		return hf_fail(err, -EFBIG, "manifest-big", what, object,
			       "discard the session",
			       "no manifest has %lld bytes",
			       (long long)st.st_size);
	data = malloc(st.st_size + 1);
	if (!data)
		return hf_fail_mem(err, what);
	while (len < (size_t)st.st_size) {
		n = hf_sys_pread(ctx, memfd, data + len, st.st_size - len,
				 len);
		if (n <= 0)
			break;
		len += n;
	}
	if (n < 0)
		code = hf_fail_sys(err, n, "manifest-read", what, object,
				   "see the kernel log");
	else
		code = hf_manifest_parse(data, len, ret, err);
	free(data);
	return code;
}

uint32_t hf_manifest_count(const struct hf_manifest *manifest)
{
	return manifest ? manifest->count : 0;
}

int hf_manifest_get(const struct hf_manifest *manifest, uint32_t i,
		    struct hf_entry *ret)
{
	if (!manifest || hf_struct_out_check(ret, sizeof(*ret)))
		return -EINVAL;
	if (i >= manifest->count)
		return -ERANGE;
	hf_struct_out(ret, &manifest->entries[i], sizeof(*ret));
	return 0;
}

const void *hf_manifest_blob(const struct hf_manifest *manifest,
			     size_t *ret_len)
{
	if (ret_len)
		*ret_len = manifest ? manifest->blob_len : 0;
	return manifest && manifest->blob_len ? manifest->blob : NULL;
}

void hf_manifest_free(struct hf_manifest *manifest)
{
	if (!manifest)
		return;
	free(manifest->entries);
	free(manifest->blob);
	free(manifest);
}
