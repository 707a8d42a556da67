/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Markers tie the guest's progress to what the devices see.
 *
 * The guest writes a marker as a config write to the scratchpad register of
 * the host bridge. QEMU traces that like every other config write, so marker
 * and device events come in one stream, in one order, whatever the clocks say.
 * The register has no function in QEMU.
 */
#ifndef TESTBED_MARKER_H
#define TESTBED_MARKER_H

#define MARKER_BDF	"0000:00:00.0"
#define MARKER_OFFSET	0xdc
#define MARKER_MAGIC	0x48

#define MARKER(stage, code) \
	((unsigned int)MARKER_MAGIC << 24 | (unsigned int)(stage) << 16 | \
	 (code))
#define MARKER_VALID(v)		(((v) >> 24) == MARKER_MAGIC)
#define MARKER_STAGE(v)		(((v) >> 16) & 0xff)
#define MARKER_CODE(v)		((v) & 0xffff)

/* MARK_USER + n is free for the scenario */
enum marker_code {
	MARK_INIT = 1,		/* init runs, first thing */
	MARK_REBOOT,		/* right before reboot(KEXEC) */
	MARK_REFUSED,		/* reboot(KEXEC) came back with an error */
	MARK_BIND,		/* right before the owner binds its driver */
	MARK_RETRIEVE,		/* right before the first retrieve */
	MARK_FINISHED,		/* right after finish */
	MARK_END,		/* the stage is over */
	MARK_USER = 0x100,
};

#endif
