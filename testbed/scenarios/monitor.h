/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only the monitor of QEMU can do, as actions of the host */
#ifndef TESTBED_SCENARIOS_MONITOR_H
#define TESTBED_SCENARIOS_MONITOR_H

#define MONITOR(command)						\
	"{\"execute\":\"human-monitor-command\",\"arguments\":"		\
	"{\"command-line\":\"" command "\"}}"

/* A fatal error that the function with this id detects, which needs aer=on */
#define INJECT_ERROR(name, id)						\
	{ name, MONITOR("pcie_aer_inject_error " id " DLP") }

/*
 * Reset the device below the first port through its Bridge Control. DPC does that
 * in hardware, also while no kernel runs.
 */
#define RESET_BELOW_PORT_1(name)					\
	{ name, "{\"execute\":\"stop\"}\n"				\
		MONITOR("o/w 0xcf8 0x8000883c") "\n"			\
		MONITOR("o/h 0xcfe 0x0042") "\n"			\
		MONITOR("o/h 0xcfe 0x0002") "\n"			\
		"{\"execute\":\"cont\"}" }

#endif
