// SPDX-License-Identifier: MIT
/* A fault to be found: what looks for leaks has to see this one */
#include <holdfast.h>

int main(void)
{
	struct hf_plan *plan;

	return hf_plan_new(NULL, &plan);
}
