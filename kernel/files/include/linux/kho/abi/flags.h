/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: Flags of Live Update records
 *
 * The upper quarter of each flags word is optional: a flag there adds to a record
 * and changes nothing that the rest of it means, so a kernel that does not know the
 * flag ignores it. A kernel that finds any other flag that it does not know refuses
 * the record. A later kernel can therefore add to a record without a new version of
 * the format, if earlier kernels do without the addition.
 */

#ifndef _LINUX_KHO_ABI_FLAGS_H
#define _LINUX_KHO_ABI_FLAGS_H

#include <linux/bits.h>
#include <linux/types.h>

/**
 * liveupdate_ser_optional() - The flags that a reader may ignore
 * @size: Size of a flags word in bytes, up to 4.
 *
 * Context: Any.
 * Return: a mask of the upper quarter of the word.
 */
static inline u32 liveupdate_ser_optional(size_t size)
{
	unsigned int bits = size * BITS_PER_BYTE;

	return GENMASK(bits - 1, bits / 4 * 3);
}

/**
 * LIVEUPDATE_SER_UNKNOWN() - The flags for which a reader refuses a record
 * @word:  Flags word of a record.
 * @known: Flags that this kernel knows.
 *
 * Return: what @word holds of neither @known nor the optional flags.
 */
#define LIVEUPDATE_SER_UNKNOWN(word, known) ({				\
	typeof(word) __word = (word);					\
									\
	__word & ~((known) | liveupdate_ser_optional(sizeof(__word)));	\
})

#endif /* _LINUX_KHO_ABI_FLAGS_H */
