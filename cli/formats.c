// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a kernel image declares of its live update formats: an element of the
 * kernel_info that the boot protocol has since 2.15. No number of the file leads
 * out of it.
 */
#include <string.h>

#include "kconfig.h"

#define SETUP_SECTS	0x1f1
#define VERSION		0x206
#define KERNEL_INFO	0x268
#define HEADER_END	0x26c

/* Magic and size of an element; of kernel_info also its size with all of them */
#define ELEMENT_HEAD	8
#define INFO_HEAD	12

static uint32_t le32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Return: kernel_info with @ret_len bytes, or NULL */
static const uint8_t *find_info(const uint8_t *image, size_t len,
				size_t *ret_len)
{
	size_t at;

	if (len < HEADER_END || (image[VERSION] | image[VERSION + 1] << 8) <
	    0x20f)
		return NULL;
	at = (image[SETUP_SECTS] ? image[SETUP_SECTS] + 1 : 5) * (size_t)512 +
	     le32(image + KERNEL_INFO);
	if (at > len || len - at < INFO_HEAD ||
	    memcmp(image + at, "LToP", 4) || le32(image + at + 8) > len - at)
		return NULL;
	*ret_len = le32(image + at + 8);
	return image + at;
}

static void read_fields(const uint8_t *element, size_t size,
			struct image_formats *ret)
{
	uint32_t *to[] = {
		&ret->options, &ret->luo, &ret->pci, &ret->iommu,
		&ret->iommufd, &ret->vfio_pci, &ret->vtd_irqs,
		&ret->pci_oldest,
	};

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		if (ELEMENT_HEAD + 4 * (i + 1) <= size)
			*to[i] = le32(element + ELEMENT_HEAD + 4 * i);
	if (!ret->pci_oldest)
		ret->pci_oldest = ret->pci;
}

int image_formats(const uint8_t *image, size_t len, struct image_formats *ret)
{
	size_t end, pos, size;
	const uint8_t *info = find_info(image, len, &end);

	if (!info)
		return -1;
	for (pos = le32(info + 4); pos < end && end - pos >= ELEMENT_HEAD;
	     pos += size) {
		size = le32(info + pos + 4);
		if (size < ELEMENT_HEAD || size > end - pos)
			return -1;
		if (memcmp(info + pos, "LvUp", 4))
			continue;
		read_fields(info + pos, size, ret);
		return 0;
	}
	return -1;
}
