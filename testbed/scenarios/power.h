/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cutting the power. What is emulated is a reset of the whole machine: memory
 * keeps what the kernels left there, which is harder than a cut that lasts.
 */
#ifndef TESTBED_SCENARIOS_POWER_H
#define TESTBED_SCENARIOS_POWER_H

#include <unistd.h>

#include "log.h"

/*
 * A reset that the host did not ask for ends the machine, so this is a setting
 * for the moment: until the firmware has asked for the second one, as it does
 * whenever it runs anew in the same memory.
 */
#define QMP_POWER_CUT \
	"{\"execute\":\"set-action\",\"arguments\":{\"reboot\":\"reset\"}}\n" \
	"{\"execute\":\"system_reset\"}\n" \
	"\"guest-reset\"\n" \
	"{\"execute\":\"set-action\",\"arguments\":{\"reboot\":\"shutdown\"}}"

#define POWER_CUT	"power-cut"

/* In the guest: ask for it. Returns by failing alone. */
static inline void power_cut(void)
{
	ask_host(POWER_CUT);
	for (int i = 0; i < 30; i++) {
		sleep(1);
		say("waiting for the power cut");
	}
	FAIL("there was no power cut");
}

#define POWER_ACTIONS \
	((const struct host_action[]){ { POWER_CUT, QMP_POWER_CUT }, { 0 } })

#endif
