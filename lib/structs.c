// SPDX-License-Identifier: MIT
/* Structures of callers that know more or fewer members than we do */
#include <string.h>

#include "internal.h"

static uint32_t size_of(const void *theirs)
{
	uint32_t size;

	memcpy(&size, theirs, sizeof(size));
	return size;
}

int hf_struct_in(void *ours, size_t known, size_t min, const void *theirs)
{
	const unsigned char *bytes = theirs;
	uint32_t size;

	if (!theirs)
		return -EINVAL;
	size = size_of(theirs);
	if (size < min)
		return -EINVAL;
	for (size_t i = known; i < size; i++)
		if (bytes[i])
			return -E2BIG;
	memset(ours, 0, known);
	memcpy(ours, theirs, size < known ? size : known);
	return 0;
}

int hf_struct_arg(struct hf_error *err, const char *function, void *ours,
		  size_t known, const void *theirs)
{
	int code = hf_struct_in(ours, known, known, theirs);

	if (code == -E2BIG)
		return hf_fail(err, code, "struct-newer", "call", function,
			       "use a newer library, or leave it 0",
			       "the calling program wants something this library does not know");
	return code ? hf_fail_arg(err, function,
				  "the size of a structure is wrong, or it is NULL") :
		      0;
}

int hf_struct_out_check(const void *theirs, size_t min)
{
	return theirs && size_of(theirs) >= min ? 0 : -EINVAL;
}

void hf_struct_out(void *theirs, const void *ours, size_t known)
{
	uint32_t size = size_of(theirs);
	unsigned char *to = theirs;

	memcpy(to + sizeof(size), (const char *)ours + sizeof(size),
	       (size < known ? size : known) - sizeof(size));
	if (size > known)
		memset(to + known, 0, size - known);
}

void hf_copy(char *to, size_t len, const char *from)
{
	size_t n = strnlen(from, len - 1);

	memmove(to, from, n);
	memset(to + n, 0, len - n);
}
