// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Live Update declaration of a kernel image.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: LUO and the declaration of an image
 *
 * Finds the &struct liveupdate_image_ser in the kernel_info of a bzImage. The file
 * is one that kexec_file_load() accepted, but nothing in it is trusted: no offset
 * or size leads out of it, and a declaration that does not fit is taken for none.
 */

#include <asm/bootparam.h>
#include <linux/kho/abi/image.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "luo_internal.h"

/* Boot protocol that brought kernel_info */
#define LUO_IMAGE_PROTOCOL	0x020f
#define LUO_IMAGE_SECTOR	512

/* Magic and size of an element of kernel_info, and of kernel_info itself */
#define LUO_IMAGE_HEAD		8
/* ... the latter is followed by the size with all elements */
#define LUO_IMAGE_INFO		12

/* Find kernel_info, or return NULL */
static const u8 *luo_image_info(const u8 *file, size_t len)
{
	const size_t at = offsetof(struct boot_params, hdr);
	struct setup_header hdr;
	const u8 *info;
	size_t pos;

	if (!file || len < at + sizeof(hdr))
		return NULL;
	memcpy(&hdr, file + at, sizeof(hdr));
	if (hdr.header != 0x53726448 || hdr.version < LUO_IMAGE_PROTOCOL)
		return NULL;

	pos = ((hdr.setup_sects ?: 4) + 1) * LUO_IMAGE_SECTOR;
	pos += hdr.kernel_info_offset;
	if (pos > len || len - pos < LUO_IMAGE_INFO)
		return NULL;

	info = file + pos;
	if (memcmp(info, "LToP", 4) || get_unaligned_le32(info + 8) > len - pos)
		return NULL;
	return info;
}

/**
 * luo_image_read - Read the declaration of a kernel image.
 * @file: Contents of the file, or NULL. Borrowed.
 * @len:  Size of @file in bytes.
 * @ser:  Where to store what it declares.
 *
 * Context: Any.
 * Return: true if there is a declaration. Fields it lacks are 0.
 */
bool luo_image_read(const void *file, size_t len,
		    struct liveupdate_image_ser *ser)
{
	const u8 *info = luo_image_info(file, len);
	u32 pos, end, size;

	if (!info)
		return false;

	pos = get_unaligned_le32(info + 4);
	end = get_unaligned_le32(info + 8);
	while (pos < end && end - pos >= LUO_IMAGE_HEAD) {
		size = get_unaligned_le32(info + pos + 4);
		if (size < LUO_IMAGE_HEAD || size > end - pos)
			return false;
		if (!memcmp(info + pos, LIVEUPDATE_IMAGE_MAGIC,
			    sizeof(ser->magic))) {
			memset(ser, 0, sizeof(*ser));
			memcpy(ser, info + pos, min(size, sizeof(*ser)));
			return true;
		}
		pos += size;
	}

	return false;
}
