// SPDX-License-Identifier: MIT
/* The header compiles as C++ and its functions have C linkage */
#include <holdfast.h>

int main()
{
	uint32_t domain = 1, rid = 1;

	return hf_bdf_parse("01:00.1", &domain, &rid) || domain || rid != 0x101;
}
