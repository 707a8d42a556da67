// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What QEMU becomes for the time of an update: it keeps all of QEMU's files,
 * preserves them, and starts QEMU again if that is not to be.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "argv.h"
#include "control.h"
#include "hold.h"
#include "launch.h"
#include "preserve.h"
#include "vectors.h"

/* Where QEMU finds its stream, if it has it back: above what it has open */
#define STREAM_NUMBER	500

/* How long to wait for the client that QEMU was paused by */
#define CLIENT_MS	10000

struct hold {
	struct inheritance h;
	struct control control;
	struct hq_phases phases;
	int signals;
};

static int number(const char *text, int *ret)
{
	char *end;
	long value = text ? strtol(text, &end, 10) : -1;

	if (value < 0 || value > 1 << 20 || *end)
		return -EINVAL;
	*ret = value;
	return 0;
}

/* FD:FDNAME, see launch_new() */
static void given_session(struct inheritance *h)
{
	const char *text = getenv(SESSION_VARIABLE), *colon;
	char digits[16];
	struct hf_session session = { .size = sizeof(session) };
	int fd;

	h->session = -1;
	colon = text ? strchr(text, ':') : NULL;
	if (!colon || colon - text >= (int)sizeof(digits))
		return;
	snprintf(digits, sizeof(digits), "%.*s", (int)(colon - text), text);
	if (number(digits, &fd) ||
	    hf_session_adopt(h->vm->ctx, fd, HF_OUTGOING, &session, NULL))
		return;
	h->given = session;
	h->session = fd;
	/* Systemd has it, too; whoever else passed it keeps no store */
	h->stored = !!getenv("NOTIFY_SOCKET");
	snprintf(h->fdname, sizeof(h->fdname), "%s", colon + 1);
}

static int open_files(struct inheritance *h, struct hf_error *err)
{
	int fd;

	if (number(getenv(STATE_VARIABLE), &h->state_fd))
		return hq_fail(err, -EINVAL, "usage", "take a VM over",
			       STATE_VARIABLE, "use holdfast-qemu update",
			       "only QEMU runs this verb, which sets it");
	fd = open(h->vm->stream, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return hq_fail(err, -errno, "qemu-state",
			       "open what QEMU saved", h->vm->stream, "", "%s",
			       strerror(errno));
	/* Not close-on-exec: it is for QEMU if it has to come back */
	h->stream_fd = fcntl(fd, F_DUPFD, STREAM_NUMBER);
	if (h->stream_fd < 0)
		h->stream_fd = fcntl(fd, F_DUPFD, 3);
	close(fd);
	if (h->stream_fd < 0)
		return hq_fail(err, -errno, "qemu-state",
			       "open what QEMU saved", h->vm->stream,
			       "allow QEMU more open files", "%s",
			       strerror(errno));
	unlink(h->vm->stream);
	return 0;
}

/* "update" may know the monitor and not the name that "run" was given */
static void own_name(struct vm *vm)
{
	const char *name = getenv(NAME_VARIABLE);

	if (name)
		vm_set_name(vm, name, NULL);
}

/* Everything between QEMU's exec and "ready for kexec" */
static int take_over(struct hold *hold, struct hf_error *err)
{
	struct inheritance *h = &hold->h;
	int code = inherit(h, err);

	if (code)
		return code;
	hq_phase(&hold->phases, "inherit");
	h->blob.phases = json_object();
	hq_phases_json(&hold->phases, h->blob.phases);
	code = preserve(h, err);
	if (code)
		return code;
	hq_phase(&hold->phases, "preserve");
	code = disarm(h, err);
	if (code) {
		unpreserve(h);
		rearm(h);
		return code;
	}
	hq_phase(&hold->phases, "disarm");
	return 0;
}

static json_t *answer(struct hold *hold, const char *state,
		      const struct hf_error *err)
{
	json_t *doc = json_pack("{s:s}", "state", state);
	json_t *phases = json_object();

	hq_phases_json(&hold->phases, phases);
	json_object_set_new(doc, "phases", phases);
	if (err)
		json_object_set_new(doc, "error", error_to_json(err));
	return doc;
}

static void kick(void *data)
{
	struct inheritance *h = data;
	struct hf_error err;

	/* Without a state that could be read nothing was touched */
	if (!h->state || h->blob.irq_count != h->state->device_count)
		return;
	if (vectors_kick(h->vm->ctx, h->state, &h->blob, h->fds,
			 error_clear(&err)))
		hq_complain(&err);
}

/* QEMU has the VM again, in this kernel: its files are where it left them */
static int give_back(struct hold *hold, const char *state,
		     const struct hf_error *why)
{
	struct inheritance *h = &hold->h;
	struct hf_error err;
	pid_t pid;
	int code;
	struct launch l = {
		.vm = h->vm,
		.argv = h->blob.argv,
		.state = h->state_fd,
		.state_number = h->state_fd,
		.stream = h->stream_fd,
		.stream_number = h->stream_fd,
		.keep_session = h->session >= 0,
		.running = h->blob.running,
		.resumed = kick,
		.data = h,
		.phases = &hold->phases,
	};

	if (h->state_copy >= 0)
		close(h->state_copy);
	if (h->stream_copy >= 0)
		close(h->stream_copy);
	code = launch_back(&l, &pid, error_clear(&err));
	/* Whoever paused QEMU may not have come yet */
	if (hold->control.listener >= 0 && hold->control.client < 0)
		control_wait(&hold->control, hold->signals, CLIENT_MS);
	control_answer(&hold->control,
		       answer(hold, code ? "lost" : state,
			      code ? &err : why));
	control_close(&hold->control, h->vm);
	if (code) {
		hq_complain(&err);
		return exit_of(&err);
	}
	close_files(-1);
	return supervise(pid);
}

static int stopped_by_signal(struct hold *hold)
{
	struct signalfd_siginfo info;

	if (read(hold->signals, &info, sizeof(info)) != sizeof(info) ||
	    info.ssi_signo == SIGCHLD)
		return 0;
	if (!hold->h.stored)
		hq_warn("%s: signal %u: the session ends with this process, and the update with it",
			hold->h.vm->name, info.ssi_signo);
	return 1;
}

static int wait_for_kexec(struct hold *hold)
{
	const struct inheritance *h = &hold->h;
	json_t *doc;

	for (;;) {
		switch (control_wait(&hold->control, hold->signals, -1u)) {
		case CONTROL_WAIT:
			doc = answer(hold, "held", NULL);
			json_object_set_new(doc, "session", json_string(
				*h->given.name ? h->given.name :
						 h->vm->session));
			control_answer(&hold->control, doc);
			break;
		case CONTROL_ABORT:
			hq_phases_begin(&hold->phases);
			unpreserve(&hold->h);
			rearm(&hold->h);
			hq_phase(&hold->phases, "undo");
			return give_back(hold, "aborted", NULL);
		case CONTROL_NONE:
			if (stopped_by_signal(hold)) {
				control_close(&hold->control, hold->h.vm);
				return hold->h.stored ? EXIT_OK : EXIT_FAILED;
			}
			break;
		}
	}
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Times of "update" come along in its options */
static void begin_phases(struct hold *hold, const struct hold_times *times)
{
	hq_phases_begin(&hold->phases);
	if (!times->saved)
		return;
	hq_phase_add(&hold->phases, "stop", times->saved - times->stopped);
	hq_phase_add(&hold->phases, "save",
		     hold->phases.last - times->saved);
}

static int hold_on(struct hold *hold)
{
	struct hf_error err;

	if (open_files(&hold->h, error_clear(&err))) {
		hq_complain(&err);
		return exit_of(&err);
	}
	given_session(&hold->h);
	if (control_open(&hold->control, hold->h.vm, error_clear(&err)) ||
	    take_over(hold, error_clear(&err)))
		return give_back(hold, "refused", &err);
	return wait_for_kexec(hold);
}

int vm_hold(struct vm *vm)
{
	struct hold hold = {
		.h = { .vm = vm, .stream_fd = -1, .state_copy = -1,
		       .stream_copy = -1, .armed = 1 },
	};
	int code;

	own_name(vm);
	begin_phases(&hold, &vm->times);
	supervise_begin();
	hold.signals = open_signals();
	hold.h.blob.argv = argv_from(vm->command);
	hold.h.blob.running = vm->times.running;
	hold.h.blob.stopped = vm->times.realtime;
	code = hold_on(&hold);
	inherit_end(&hold.h);
	return code;
}
