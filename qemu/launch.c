// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "argv.h"
#include "launch.h"
#include "qmp.h"

#define TRIES	2
#define POLL_MS	20
#define CONNECT_MS	2000

static void unblock_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

/* In the child: never returns */
static void become(const struct vm *vm, char **words)
{
	struct hf_error err;

	unblock_signals();
	setenv(NAME_VARIABLE, vm->name, 1);
	/* They were for us alone */
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	execvp(words[0], words);
	hq_fail(error_clear(&err), -errno, "qemu-exec", "start QEMU", words[0],
		"name a program that is there", "%s", strerror(errno));
	hq_complain(&err);
	_exit(errno == ENOENT ? 127 : 126);
}

static void set_number(const char *name, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	setenv(name, text, 1);
}

static void child_back(const struct launch *l, char **words)
{
	struct hf_error err;

	set_number(STATE_VARIABLE, l->state_number);
	if (!l->keep_session)
		unsetenv(SESSION_VARIABLE);
	if (hf_fds_place(l->vm->ctx, l->places, l->place_count,
			 error_clear(&err))) {
		hq_complain(&err);
		_exit(126);
	}
	become(l->vm, words);
}

static int start_back(const struct launch *l, const json_t *argv,
		      pid_t *ret_pid, struct hf_error *err)
{
	char incoming[64];
	const char *const more[] = { "-S", "-incoming", incoming, NULL };
	char **words;
	pid_t pid;

	snprintf(incoming, sizeof(incoming), "file:/proc/self/fd/%d",
		 l->stream_number);
	/* QEMU reads from where the one before has left off */
	if (lseek(l->state, 0, SEEK_SET) || lseek(l->stream, 0, SEEK_SET))
		return hq_fail(err, -errno, "qemu-state", "rewind",
			       "QEMU's state", "", "%s", strerror(errno));
	words = argv_extended(argv, more);
	pid = words ? fork() : -1;
	if (!pid)
		child_back(l, words);
	free(words);
	if (pid < 0)
		return hq_fail(err, -errno, "qemu-fork", "start QEMU",
			       l->vm->name, "", "%s", strerror(errno));
	*ret_pid = pid;
	return 0;
}

static int is_gone(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

static int ended(const struct launch *l, int status, struct hf_error *err)
{
	return hq_fail(err, -ECHILD, "qemu-load", "load the VM into QEMU",
		       l->vm->name,
		       "see what QEMU wrote on its standard error",
		       "QEMU ended with status %d before it had loaded",
		       WIFEXITED(status) ? WEXITSTATUS(status) :
					   128 + WTERMSIG(status));
}

/* 1 if the state is loaded, 0 if not yet */
static int has_loaded(struct qmp *q, struct hf_error *err)
{
	json_t *answer;
	const char *status;
	int code = qmp_call(q, "query-status", NULL, &answer, err);

	if (code)
		return code;
	status = json_string_value(json_object_get(answer, "status"));
	code = status && strcmp(status, "inmigrate") &&
	       strcmp(status, "prelaunch");
	json_decref(answer);
	return code;
}

/* Connect and wait; QEMU may end at any time meanwhile */
static int wait_loaded(const struct launch *l, pid_t pid, struct qmp **ret,
		       struct hf_error *err)
{
	uint64_t deadline = hq_deadline(l->vm->timeout_ms);
	struct qmp *q = NULL;
	int code = 0, status;

	while (!code) {
		if (is_gone(pid, &status)) {
			qmp_close(q);
			return ended(l, status, err);
		}
		if (!hq_left_ms(deadline)) {
			code = hq_fail(err, -ETIMEDOUT, "qemu-load",
				       "load the VM into QEMU", l->vm->name,
				       "wait longer: --timeout",
				       "it was not loaded within %u ms",
				       l->vm->timeout_ms);
			break;
		}
		if (!q)
			code = qmp_open(l->vm->qmp, CONNECT_MS, CONNECT_MS,
					&q, err);
		else
			code = has_loaded(q, err);
		if (code > 0) {
			*ret = q;
			return 0;
		}
		/* It listens before it answers, and ends without a word */
		if (code == -ENOENT || code == -ECONNREFUSED ||
		    code == -EBUSY || code == -ECONNRESET ||
		    code == -ETIMEDOUT || code == -EAGAIN) {
			qmp_close(q);
			q = NULL;
			code = 0;
		}
		if (!code)
			hq_sleep_ms(POLL_MS);
	}
	qmp_close(q);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return code;
}

static int try_once(const struct launch *l, const json_t *argv, pid_t *pid,
		    struct qmp **q, struct hf_error *err)
{
	int code = start_back(l, argv, pid, error_clear(err));

	return code ? code : wait_loaded(l, *pid, q, err);
}

static int try_all(const struct launch *l, pid_t *pid, struct qmp **q,
		   struct hf_error *err)
{
	int code = try_once(l, l->argv, pid, q, err);

	for (int i = 1; code && i < TRIES; i++) {
		hq_complain(err);
		code = try_once(l, l->argv, pid, q, err);
	}
	if (code && l->fallback) {
		hq_complain(err);
		hq_warn("%s: starting QEMU with the command line from before the update",
			l->vm->name);
		code = try_once(l, l->fallback, pid, q, err);
	}
	return code;
}

/*
 * To end would close the session, and the kernel would stop and reset the devices.
 * Returns 1 if somebody wants another try.
 */
static int wait_for_retry(const struct launch *l, const struct hf_error *err)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT, SIGQUIT };
	sigset_t set;
	int sig;

	hq_complain(err);
	hq_warn("%s: holding the VM, its devices keep running: repair QEMU and send SIGHUP to %d to try again, or SIGTERM to give the VM up",
		l->vm->name, getpid());
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	do
		sig = sigwaitinfo(&set, NULL);
	while (sig < 0);
	return sig == SIGHUP;
}

int launch_back(const struct launch *l, pid_t *ret_pid, struct hf_error *err)
{
	struct hf_error other;
	struct qmp *q = NULL;
	pid_t pid = -1;
	int code;

	do
		code = try_all(l, &pid, &q, err);
	while (code && l->wait && wait_for_retry(l, err));
	if (code)
		return code;
	hq_phase(l->phases, "load");
	*ret_pid = pid;
	if (l->loaded && l->loaded(l->data, error_clear(&other)))
		hq_complain(&other);
	if (l->running)
		code = qmp_call(q, "cont", NULL, NULL, err);
	if (l->resumed)
		l->resumed(l->data);
	hq_phase(l->phases, "resume");
	qmp_close(q);
	if (code)
		hq_complain(err);
	return 0;
}

static void pass_session(int session, const char *fdname)
{
	char text[300];

	if (session < 0)
		return;
	fcntl(session, F_SETFD, 0);
	snprintf(text, sizeof(text), "%d:%s", session, fdname);
	setenv(SESSION_VARIABLE, text, 1);
}

int launch_new(const struct vm *vm, const json_t *argv, int session,
	       const char *fdname, pid_t *ret_pid, struct hf_error *err)
{
	const char *const more[] = { NULL };
	char **words = argv_extended(argv, more);
	pid_t pid = words ? fork() : -1;

	if (!pid) {
		pass_session(session, fdname);
		become(vm, words);
	}
	free(words);
	if (session >= 0)
		close(session);
	if (pid < 0)
		return hq_fail(err, -errno, "qemu-fork", "start QEMU",
			       vm->name, "", "%s", strerror(errno));
	*ret_pid = pid;
	return 0;
}
