/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_RESTORE_H
#define HQ_RESTORE_H

#include "launch.h"

/**
 * restore_vm - Take a VM back from a session, and start QEMU with it.
 * @vm: The VM.
 * @session: Incoming session, borrowed. It is finished when QEMU has loaded.
 * @stored: systemd keeps @session when this process ends. If not, and QEMU does
 *          not load, the function waits for a signal, see struct launch.
 * @argv: QEMU's command line, or NULL for the one before the update.
 * @report: Object that the phases are added to.
 * @ret_pid: QEMU's process, a child.
 * @err: Filled in on failure.
 *
 * Return: 0, or an error: the session is not finished then, and its devices are
 *         as they were. It may be tried again.
 */
int restore_vm(struct vm *vm, int session, int stored, json_t *argv,
	       json_t *report, pid_t *ret_pid, struct hf_error *err);

#endif
