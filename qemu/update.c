// SPDX-License-Identifier: GPL-2.0-or-later
/* Check everything, pause the guest, have QEMU hand it to "hold" */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bars.h"
#include "check.h"
#include "clock.h"
#include "control.h"
#include "gather.h"
#include "report.h"

#define POLL_MS	10
#define QMP_MS	10000

/* This program, as QEMU is to execute it */
static int own_path(char *buf, size_t len, struct hf_error *err)
{
	ssize_t n = readlink("/proc/self/exe", buf, len - 1);

	if (n < 0 || (size_t)n == len - 1)
		return hq_fail(err, n < 0 ? -errno : -ENAMETOOLONG, "self",
			       "find this program", "/proc/self/exe",
			       "mount /proc", "%s",
			       n < 0 ? strerror(errno) : "path too long");
	buf[n] = 0;
	return 0;
}

/* QEMU has to see the same files */
static void check_place(int pid, const char *self, json_t *problems)
{
	char path[PATH_MAX + 32];
	struct stat ours, theirs;

	snprintf(path, sizeof(path), "/proc/%d/root%s", pid, self);
	if (!stat(self, &ours) && !stat(path, &theirs) &&
	    ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino)
		return;
	check_add(problems, "qemu-place", self,
		  "install this program where QEMU runs, and call it there",
		  "QEMU cannot execute it by this path");
}

static void add_bars(json_t *command, const json_t *bars)
{
	const json_t *bar;
	size_t i;

	json_array_foreach(bars, i, bar) {
		char text[64];

		snprintf(text, sizeof(text), "%lld,%lld",
			 (long long)json_integer_value(json_array_get(bar, 0)),
			 (long long)json_integer_value(json_array_get(bar, 1)));
		json_array_append_new(command, json_string("--bar"));
		json_array_append_new(command, json_string(text));
	}
}

static json_t *hold_command(const struct vm *vm, const json_t *qemu,
			    const json_t *bars, const char *self,
			    const struct hold_times *t)
{
	json_t *command = json_array();
	const struct {
		const char *option;
		int64_t value;
	} numbers[] = {
		{ "--timeout", vm->timeout_ms / 1000 },
		{ "--running", t->running },
		{ "--realtime", t->realtime },
		{ "--stopped", t->stopped },
		{ "--saved", t->saved },
	};
	char text[32];

	json_array_append_new(command, json_string(self));
	json_array_append_new(command, json_string("hold"));
	json_array_append_new(command, json_string("--name"));
	json_array_append_new(command, json_string(vm->name));
	json_array_append_new(command, json_string("--qmp"));
	json_array_append_new(command, json_string(vm->qmp));
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		snprintf(text, sizeof(text), "%" PRId64, numbers[i].value);
		json_array_append_new(command, json_string(numbers[i].option));
		json_array_append_new(command, json_string(text));
	}
	add_bars(command, bars);
	json_array_append_new(command, json_string("--"));
	json_array_extend(command, (json_t *)qemu);
	return command;
}

/* Why it failed, if it did: 0 while it goes on */
static int migration(struct qmp *q, struct hf_error *err)
{
	const char *status, *why;
	json_t *answer;
	int code = qmp_call(q, "query-migrate", NULL, &answer, err);

	if (code)
		return code;
	status = json_string_value(json_object_get(answer, "status"));
	why = json_string_value(json_object_get(answer, "error-desc"));
	if (status && (!strcmp(status, "failed") ||
		       !strcmp(status, "cancelled")))
		code = hq_fail(err, -EREMOTEIO, "qemu-save", "save the VM",
			       "QEMU", "", "%s", why ? why : status);
	json_decref(answer);
	return code;
}

/* QEMU executes "hold" when it has saved, which ends its monitor */
static int wait_for_exec(const struct vm *vm, struct qmp *q,
			 struct hf_error *err)
{
	uint64_t deadline = hq_deadline(vm->timeout_ms);

	while (hq_left_ms(deadline)) {
		int code = migration(q, err);

		if (code == -ECONNRESET)
			return 0;
		if (code)
			return code;
		hq_sleep_ms(POLL_MS);
	}
	return hq_fail(err, -ETIMEDOUT, "qemu-save", "save the VM", vm->name,
		       "wait longer: --timeout",
		       "QEMU had not saved it within %u ms", vm->timeout_ms);
}

static int save(const struct vm *vm, struct qmp *q, const json_t *found,
		const char *self, struct hold_times *t, struct hf_error *err)
{
	const char *status = json_string_value(
		json_object_get(found, "status"));
	char uri[HQ_PATH_LEN + 8];
	json_t *command, *bars, *pci = NULL;
	int code = 0;

	t->running = status && !strcmp(status, "running");
	t->realtime = hq_realtime();
	t->stopped = hq_now();
	if (t->running)
		code = qmp_call(q, "stop", NULL, NULL, err);
	/* The guest cannot move them any more */
	if (!code)
		code = qmp_call(q, "query-pci", NULL, &pci, err);
	t->saved = hq_now();
	bars = bars_find(json_object_get(found, "devices"), pci);
	command = hold_command(vm, json_object_get(found, "argv"), bars, self,
			       t);
	json_decref(bars);
	json_decref(pci);
	if (!code)
		code = qmp_call(q, "migrate-set-parameters",
				json_pack("{s:s,s:O}", "mode", "cpr-exec",
					  "cpr-exec-command", command),
				NULL, err);
	json_decref(command);
	snprintf(uri, sizeof(uri), "file:%s", vm->stream);
	if (!code)
		code = qmp_call(q, "migrate", json_pack("{s:s}", "uri", uri),
				NULL, err);
	if (!code)
		code = wait_for_exec(vm, q, err);
	return code;
}

/* Nothing was handed over: the guest goes on where it was */
static void resume(struct qmp *q, const struct hold_times *t)
{
	struct hf_error err;

	if (qmp_call(q, "migrate-set-parameters",
		     json_pack("{s:s}", "mode", "normal"), NULL,
		     error_clear(&err)))
		hq_complain(&err);
	if (t->running && qmp_call(q, "cont", NULL, NULL, error_clear(&err)))
		hq_complain(&err);
}

static int update(struct vm *vm, struct qmp *q, const json_t *found,
		  const char *self, json_t *report, struct hf_error *err)
{
	struct hold_times t = { 0 };
	const char *state;
	json_t *answer;
	int code = save(vm, q, found, self, &t, err);

	if (code) {
		resume(q, &t);
		return code;
	}
	code = control_ask(vm, "wait", vm->timeout_ms, &answer, err);
	if (code)
		return code;
	json_object_update(report, answer);
	state = json_string_value(json_object_get(answer, "state"));
	if (!state || strcmp(state, "held")) {
		error_from_json(json_object_get(answer, "error"), err);
		code = -EREMOTEIO;
	}
	json_decref(answer);
	return code;
}

static int look(struct vm *vm, struct qmp *q, const char *self,
		json_t **ret_found, json_t **ret_problems,
		struct hf_error *err)
{
	int code = gather(vm->ctx, q, ret_found, err);

	if (code)
		return code;
	*ret_problems = check_vm(*ret_found);
	check_host(vm->ctx, *ret_found, *ret_problems);
	check_place(qmp_pid(q), self, *ret_problems);
	return 0;
}

int vm_update(struct vm *vm)
{
	json_t *found = NULL, *problems = NULL, *report = json_object();
	int64_t began = hq_now();
	char self[PATH_MAX];
	struct hf_error err;
	struct qmp *q = NULL;
	int code = own_path(self, sizeof(self), error_clear(&err));

	if (!code)
		code = qmp_open(vm->qmp, 0, QMP_MS, &q, &err);
	if (!code)
		code = look(vm, q, self, &found, &problems, &err);
	if (!code) {
		json_object_set(report, "problems", problems);
		json_object_set_new(report, "check_us",
				    json_integer(hq_now() - began));
		if (json_array_size(problems) && !vm->no_check)
			code = hq_fail(&err, -EPERM, "not-ready",
				       "update the VM", vm->name,
				       "mend what is listed",
				       "%zu reasons stand against it; the guest was not paused",
				       json_array_size(problems));
	}
	if (!code && !vm->dry_run)
		code = update(vm, q, found, self, report, &err);
	qmp_close(q);
	code = report_update(vm, report, code ? &err : NULL);
	json_decref(found);
	json_decref(problems);
	json_decref(report);
	return code;
}

int vm_abort(struct vm *vm)
{
	json_t *answer = NULL, *report = json_object();
	struct hf_error err;
	const char *state;
	int code;

	code = control_ask(vm, "abort", 0, &answer, error_clear(&err));
	if (!code) {
		json_object_update(report, answer);
		state = json_string_value(json_object_get(answer, "state"));
		if (!state || strcmp(state, "aborted")) {
			error_from_json(json_object_get(answer, "error"),
					&err);
			code = -EREMOTEIO;
		}
	}
	json_decref(answer);
	code = report_update(vm, report, code ? &err : NULL);
	json_decref(report);
	return code;
}
