/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a stage ended; shared memory between init and the stage's processes */
#ifndef TESTBED_GUEST_VERDICT_H
#define TESTBED_GUEST_VERDICT_H

enum verdict_kind { VERDICT_NONE, VERDICT_FAIL, VERDICT_SKIP };

struct verdict {
	enum verdict_kind kind;
	char reason[800];
};

extern struct verdict *verdict;

int guest_main(void);

#endif
