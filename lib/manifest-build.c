// SPDX-License-Identifier: MIT
/* Writing the manifest of a plan */
#include <string.h>

#include "internal.h"
#include "manifest.h"

static void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = value >> 8 * i;
}

static void put64(uint8_t *p, uint64_t value)
{
	put32(p, value);
	put32(p + 4, value >> 32);
}

static void put_entry(uint8_t *p, const struct hf_entry *e)
{
	put32(p + MF_E_KIND, e->kind);
	put32(p + MF_E_FLAGS,
	      e->flags & HF_ENTRY_UNSEALED ? MF_FLAG_UNSEALED : 0);
	put64(p + MF_E_TOKEN, e->token);
	put64(p + MF_E_LENGTH, e->length);
	put32(p + MF_E_PARENT, e->parent);
	put32(p + MF_E_HWPT, e->hwpt_id);
	put32(p + MF_E_IOAS, e->ioas_id);
	put32(p + MF_E_DOMAIN, e->domain);
	put32(p + MF_E_RID, e->rid);
	memcpy(p + MF_E_LABEL, e->label, HF_LABEL_LEN);
}

int hf_manifest_build(const struct hf_plan *plan, void *buf, size_t len,
		      size_t *ret_len, struct hf_error *err)
{
	size_t blob_offset, total;
	uint8_t *p = buf;

	if (!plan || !ret_len)
		return hf_fail_arg(err, __func__, "plan or ret_len is NULL");
	if (!plan->count)
		return hf_fail(err, -ENODATA, "plan-empty", "write manifest",
			       "plan", "add what is to be preserved",
			       "it is empty");
	blob_offset = MF_HEADER_SIZE + plan->count * MF_ENTRY_SIZE;
	total = blob_offset + plan->blob_len;
	if (p && len < total)
		return hf_fail(err, -ENOSPC, "manifest-room",
			       "write manifest", "buffer",
			       "ask for the size first",
			       "%zu bytes are needed", total);
	if (p) {
		memset(p, 0, total);
		memcpy(p, MF_MAGIC, 8);
		put32(p + MF_H_VERSION, MF_VERSION);
		put32(p + MF_H_HEADER_SIZE, MF_HEADER_SIZE);
		put32(p + MF_H_ENTRY_SIZE, MF_ENTRY_SIZE);
		put32(p + MF_H_ENTRY_COUNT, plan->count);
		put64(p + MF_H_TOTAL_SIZE, total);
		put64(p + MF_H_BLOB_OFFSET, blob_offset);
		put64(p + MF_H_BLOB_SIZE, plan->blob_len);
		for (uint32_t i = 0; i < plan->count; i++)
			put_entry(p + MF_HEADER_SIZE + i * MF_ENTRY_SIZE,
				  &plan->entries[i].e);
		if (plan->blob_len)
			memcpy(p + blob_offset, plan->blob, plan->blob_len);
		put32(p + MF_H_CHECKSUM, hf_crc32(0, p, total));
	}
	*ret_len = total;
	return 0;
}
