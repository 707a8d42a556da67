/* SPDX-License-Identifier: MIT */
/* Offsets of the manifest, see holdfast/restore.h */
#ifndef HF_MANIFEST_H
#define HF_MANIFEST_H

#define MF_MAGIC		"HOLDFAST"
#define MF_VERSION		1

#define MF_HEADER_SIZE		64u
#define MF_H_VERSION		8
#define MF_H_HEADER_SIZE	12
#define MF_H_ENTRY_SIZE		16
#define MF_H_ENTRY_COUNT	20
#define MF_H_TOTAL_SIZE		24
#define MF_H_BLOB_OFFSET	32
#define MF_H_BLOB_SIZE		40
#define MF_H_MUST		48
#define MF_H_CHECKSUM		52

#define MF_ENTRY_SIZE		128u
#define MF_E_KIND		0
#define MF_E_FLAGS		4
#define MF_E_TOKEN		8
#define MF_E_LENGTH		16
#define MF_E_PARENT		24
#define MF_E_HWPT		28
#define MF_E_IOAS		32
#define MF_E_DOMAIN		36
#define MF_E_RID		40
#define MF_E_LABEL		48

#define MF_FLAG_IGNORABLE	1u
#define MF_FLAG_UNSEALED	2u

/* What later versions may add to each */
#define MF_SIZE_LIMIT		4096u

#define MF_MAX	(MF_SIZE_LIMIT + HF_PLAN_ENTRIES_MAX * MF_SIZE_LIMIT + \
		 HF_PLAN_BLOB_MAX)

#endif
