/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cutting the power. What is emulated is a reset of the whole machine: memory
 * keeps what the kernels left there, which is harder than a cut that lasts.
 */
#ifndef TESTBED_SCENARIOS_POWER_H
#define TESTBED_SCENARIOS_POWER_H

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

#define POWER_ACTIONS \
	((const struct host_action[]){ { POWER_CUT, QMP_POWER_CUT }, { 0 } })

#endif
