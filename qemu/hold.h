/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_HOLD_H
#define HQ_HOLD_H

#include <stdint.h>

/* What "update" tells "hold" through QEMU, which executes it */
struct hold_times {
	int running;		/* the guest ran before */
	int64_t realtime;	/* when it was stopped, since 1970 */
	int64_t stopped;	/* since boot */
	int64_t saved;		/* when QEMU began to save, since boot */
};

#endif
