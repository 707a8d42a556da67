/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a stage ended; shared memory between init and the stage's processes */
#ifndef TESTBED_GUEST_VERDICT_H
#define TESTBED_GUEST_VERDICT_H

/* LEFT: the machine goes on to the next kernel by itself */
enum verdict_kind { VERDICT_NONE, VERDICT_FAIL, VERDICT_SKIP, VERDICT_LEFT };

struct verdict {
	enum verdict_kind kind;
	char reason[800];
};

extern struct verdict *verdict;

int guest_main(void);

/* What makes this program run the stage in the initramfs of somebody else */
#define STAGE_IN_IMAGE	"--in-image"

/* Another process of the guest: its exit status, or -1 if it is none */
int guest_part(int argc, char **argv);

#endif
