// SPDX-License-Identifier: GPL-2.0-or-later
/* Start a VM, or take it back if it comes from the previous kernel */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "argv.h"
#include "launch.h"
#include "net.h"
#include "qmp.h"
#include "report.h"
#include "restore.h"

/* Sessions that systemd passed, or that we find by name */
struct sessions {
	struct hf_listen *listen;
	int incoming;	/* or -1 */
	int outgoing;	/* empty, for the next update, or -1 */
	int finished;	/* @incoming is */
	char fdname[256];	/* of @outgoing */
	char incoming_fdname[256];	/* of @incoming, "" if not passed */
};

/* An update that never came has left it: systemd makes no other until later */
static void drop(const struct vm *vm, int fd, const char *fdname)
{
	struct hf_error err;

	hq_warn("%s: the session %s is of an update that never came: given up",
		vm->name, fdname);
	if ((getenv("NOTIFY_SOCKET") &&
	     hf_fdstore_remove(vm->ctx, getenv("NOTIFY_SOCKET"), fdname,
			       error_clear(&err))) ||
	    hf_session_abort(vm->ctx, fd, error_clear(&err)))
		hq_complain(&err);
}

static void look_at(const struct vm *vm, struct sessions *s, int fd,
		    const char *fdname)
{
	struct hf_session session = { .size = sizeof(session) };

	if (hf_session_adopt(vm->ctx, fd, 0, &session, NULL))
		return;
	if (session.direction == HF_INCOMING && s->incoming < 0) {
		s->incoming = fd;
		snprintf(s->incoming_fdname, sizeof(s->incoming_fdname), "%s",
			 fdname);
	} else if (session.direction == HF_OUTGOING && s->outgoing < 0) {
		if (hf_session_token_free(vm->ctx, fd, HF_TOKEN_MANIFEST,
					  NULL)) {
			drop(vm, fd, fdname);
			return;
		}
		s->outgoing = fd;
		snprintf(s->fdname, sizeof(s->fdname), "%s", fdname);
	}
}

static int passed_sessions(const struct vm *vm, struct sessions *s,
			   struct hf_error *err)
{
	int code = hf_listen_parse(getenv("LISTEN_PID"), getenv("LISTEN_FDS"),
				   getenv("LISTEN_FDNAMES"), getpid(),
				   &s->listen, err);

	if (!code)
		code = hf_listen_claim(vm->ctx, s->listen, err);
	for (uint32_t i = 0; !code && i < hf_listen_count(s->listen); i++) {
		const char *fdname;
		int fd;

		if (!hf_listen_get(s->listen, i, &fd, &fdname))
			look_at(vm, s, fd, fdname);
	}
	return code;
}

/* 0 also if there is none: no update, or no live update in this kernel */
static int own_session(const struct vm *vm, struct sessions *s,
		       struct hf_error *err)
{
	int code = hf_session_retrieve(vm->ctx, vm->session, vm->timeout_ms,
				       &s->incoming, err);

	if (!code)
		return 0;
	s->incoming = -1;
	return code == -ESRCH || code == -ENOENT || code == -ENODEV ||
	       code == -ENXIO || code == -EACCES || code == -EPERM ? 0 : code;
}

static int find_sessions(const struct vm *vm, struct sessions *s,
			 struct hf_error *err)
{
	int code = passed_sessions(vm, s, err);

	if (!code && s->incoming < 0 && s->outgoing < 0)
		code = own_session(vm, s, err);
	return code;
}

/* QEMU's command line with our monitor */
static json_t *command_line(const struct vm *vm)
{
	json_t *argv = argv_from(vm->command);
	char monitor[HQ_PATH_LEN + 32];

	if (!argv || !vm->own_qmp || !json_array_size(argv))
		return argv;
	snprintf(monitor, sizeof(monitor), "unix:%s,server=on,wait=off",
		 vm->qmp);
	json_array_append_new(argv, json_string("-qmp"));
	json_array_append_new(argv, json_string(monitor));
	return argv;
}

static int check_command(const json_t *argv, struct hf_error *err)
{
	static const char *const refused[] = { "-daemonize", "-incoming" };

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (argv_has(argv, refused[i]))
			return hq_fail(err, -EINVAL, "usage",
				       "read QEMU's command line", refused[i],
				       "leave it out",
				       "this program starts QEMU, and waits for it");
	return 0;
}

/* Two guests with the same disks would ruin them */
static int check_alone(const struct vm *vm, struct hf_error *err)
{
	const char *const paths[] = { vm->control, vm->qmp };
	static const char *const why[] = {
		"an update holds the VM",
		"the VM runs already",
	};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int fd = net_connect(paths[i], 0);

		if (fd < 0)
			continue;
		close(fd);
		return hq_fail(err, -EBUSY, i ? "vm-running" : "vm-held",
			       "start the VM", vm->name,
			       i ? "stop it, or take another --name" :
				   "holdfast-qemu abort, or go through with it",
			       "%s", why[i]);
	}
	return 0;
}

static void tell(const struct vm *vm, const char *text)
{
	const char *socket = getenv("NOTIFY_SOCKET");
	struct hf_error err;

	if (socket && hf_notify(vm->ctx, socket, text, error_clear(&err)))
		hq_complain(&err);
}

/* Started is what answers */
static void wait_ready(const struct vm *vm)
{
	struct hf_error err;
	struct qmp *q;

	if (!getenv("NOTIFY_SOCKET"))
		return;
	if (qmp_open(vm->qmp, vm->timeout_ms, vm->timeout_ms, &q,
		     error_clear(&err)))
		hq_complain(&err);
	else
		qmp_close(q);
	tell(vm, "READY=1");
}

/* A finished session is of no use, and systemd would keep it */
static void forget(const struct vm *vm, const struct sessions *s)
{
	const char *socket = getenv("NOTIFY_SOCKET");
	struct hf_error err;

	if (s->finished && socket && *s->incoming_fdname &&
	    hf_fdstore_remove(vm->ctx, socket, s->incoming_fdname,
			      error_clear(&err)))
		hq_complain(&err);
}

static int take_back(struct vm *vm, struct sessions *s, json_t *argv,
		     pid_t *ret_pid, struct hf_error *err)
{
	json_t *report = json_object();
	int code = restore_vm(vm, s->incoming, *s->incoming_fdname != 0,
			      json_array_size(argv) ? argv : NULL, report,
			      ret_pid, err);

	if (!code) {
		s->finished = json_is_true(json_object_get(report,
							   "finished"));
		report_run(vm, report);
		forget(vm, s);
		tell(vm, "READY=1");
	}
	json_decref(report);
	return code;
}

/* Files of OpenFile= and the like, which QEMU's fd= may name */
static void pass_others(const struct vm *vm, const struct sessions *s)
{
	for (uint32_t i = 0; i < hf_listen_count(s->listen); i++) {
		int fd;

		if (!hf_listen_get(s->listen, i, &fd, NULL) &&
		    hf_session_adopt(vm->ctx, fd, 0, NULL, NULL))
			fcntl(fd, F_SETFD, 0);
	}
}

static int start_new(struct vm *vm, struct sessions *s, json_t *argv,
		     pid_t *ret_pid, struct hf_error *err)
{
	int code;

	if (!json_array_size(argv))
		return hq_fail(err, -EINVAL, "usage", "start the VM", vm->name,
			       "holdfast-qemu run -- qemu-system-x86_64 ...",
			       "no command is given, and no session came from the previous kernel");
	pass_others(vm, s);
	code = launch_new(vm, argv, s->outgoing, s->fdname, ret_pid, err);
	if (!code)
		wait_ready(vm);
	return code;
}

int vm_run(struct vm *vm)
{
	struct sessions s = { .incoming = -1, .outgoing = -1 };
	json_t *argv = command_line(vm);
	struct hf_error err;
	pid_t pid = -1;
	int code;

	supervise_begin();
	code = check_command(argv, error_clear(&err));
	if (!code)
		code = check_alone(vm, &err);
	if (!code)
		code = vm_make_dir(vm, &err);
	if (!code)
		code = find_sessions(vm, &s, &err);
	if (!code)
		code = s.incoming >= 0 ?
		       take_back(vm, &s, argv, &pid, error_clear(&err)) :
		       start_new(vm, &s, argv, &pid, error_clear(&err));
	json_decref(argv);
	hf_listen_free(s.listen);
	if (code) {
		hq_complain(&err);
		return exit_of(&err);
	}
	/* QEMU has them, or nobody. One that is not finished must stay open. */
	close_files(s.finished ? -1 : s.incoming);
	return supervise(pid);
}
