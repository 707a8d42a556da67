// SPDX-License-Identifier: MIT
/* CRC-32 as in zip; manifests are small and rare, so there is no table */
#include "internal.h"

uint32_t hf_crc32(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;

	crc = ~crc;
	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}
