/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_LAUNCH_H
#define HQ_LAUNCH_H

#include <jansson.h>
#include <sys/types.h>

#include "clock.h"
#include "vm.h"

/**
 * struct launch - How to start a QEMU that takes its state back.
 * @vm: The VM.
 * @argv: QEMU's command line, without what makes it wait for its state.
 * @fallback: Command line to try if QEMU does not load with @argv, or NULL.
 * @wait: If QEMU loads with neither, wait for a signal: SIGHUP makes it try
 *        again, SIGTERM, SIGINT and SIGQUIT make it fail. They are blocked.
 * @state: memfd with the CPR state, borrowed.
 * @state_number: Number it has in QEMU.
 * @stream: File with the main stream, borrowed.
 * @stream_number: Number it has in QEMU.
 * @places: QEMU's files, borrowed, and their numbers; @state and @stream are
 *          among them. Those that QEMU left open at their numbers need none.
 * @place_count: Length of @places.
 * @keep_session: QEMU gets the session for another update that we were given.
 * @running: Continue the guest once it is loaded.
 * @loaded: Called when QEMU has loaded, before the guest continues. A failure
 *          is reported and does not keep the guest back. Or NULL.
 * @resumed: Called when the guest continues, or is loaded if it is to stay
 *           paused. Or NULL.
 * @data: Passed to @loaded and @resumed.
 * @phases: Where to note "load" and "finish".
 */
struct launch {
	const struct vm *vm;
	const json_t *argv;
	const json_t *fallback;
	int wait;
	int state;
	int state_number;
	int stream;
	int stream_number;
	const struct hf_fd_place *places;
	uint32_t place_count;
	int keep_session;
	int running;
	int (*loaded)(void *data, struct hf_error *err);
	void (*resumed)(void *data);
	void *data;
	struct hq_phases *phases;
};

/**
 * launch_back - Start QEMU with its state, wait until it has loaded, continue.
 * @l: How.
 * @ret_pid: QEMU's process, a child.
 * @err: Filled in on failure.
 *
 * If QEMU fails to load, the function starts it once more, and then with the
 * fallback: the files are as they were, and devices keep running meanwhile.
 *
 * Return: 0, or the error of the last try: there is no QEMU then.
 */
int launch_back(const struct launch *l, pid_t *ret_pid, struct hf_error *err);

/**
 * launch_new - Start a QEMU that boots.
 * @vm: The VM, with the command.
 * @argv: QEMU's command line.
 * @session: File descriptor of a session for a later update, or -1. Taken.
 * @fdname: Name of the session in the fd store of systemd.
 * @ret_pid: QEMU's process, a child.
 * @err: Filled in on failure.
 */
int launch_new(const struct vm *vm, const json_t *argv, int session,
	       const char *fdname, pid_t *ret_pid, struct hf_error *err);

/* Signals that a supervisor passes on; to be called before any launch */
void supervise_begin(void);

/* Wait for QEMU and pass signals on. Its exit status, as a shell counts. */
int supervise(pid_t pid);

/* Close all files but the first three, and but @keep unless it is -1 */
void close_files(int keep);

/* In the environment of QEMU: the session for an update, as FD:FDNAME */
#define SESSION_VARIABLE	"HOLDFAST_QEMU_SESSION"
/* ... and the name of the VM, whatever "update" calls it */
#define NAME_VARIABLE		"HOLDFAST_QEMU_NAME"
#define STATE_VARIABLE		"QEMU_CPR_EXEC_STATE"

#endif
