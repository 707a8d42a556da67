/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tiny VMM as a service of the systemd of the disk */
#ifndef TESTBED_GUEST_SERVICE_H
#define TESTBED_GUEST_SERVICE_H

#define SERVICE		"tiny-vmm.service"
#define SERVICE_USER	"tiny-vmm-unprivileged.service"

/* Wanted by each boot and at work, with @stored files in its fd store */
void service_enable(const char *unit, const char *bdf, const char *stored);

/* The next kernel is loaded, by holdfast(8); the device is to run on */
void service_arm(const char *bdf);

/* At work again, with the device that ran on; the session is gone everywhere */
void service_back(const char *unit, const char *bdf);

/* What it said in this boot */
void service_said(const char *unit, const char *const *words);

/* What scenarios of services have in common; they take a minute and a disk */
#define SERVICE_SCENARIO \
	.devices = STRINGS(ONE(HDA, 1)), \
	.programs = STRINGS(VMM_PROGRAM, TOOL_PROGRAM), \
	.system = 1, \
	.variants = "prod", \
	.on_request = 1, \
	.time_limit = 600

#endif
