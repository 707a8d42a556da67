/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holdfast(8) in the guest */
#ifndef TESTBED_GUEST_TOOL_H
#define TESTBED_GUEST_TOOL_H

#define TOOL_PROGRAM	"cli/holdfast"

#define TOOL(...)	((const char *const []){ "holdfast", __VA_ARGS__, NULL })

/* It ends with @status and says all of @words */
void tool_run(int status, const char *const *words, const char *const *argv);

/* Load the kernel of the next stage */
void tool_load(void);

#endif
