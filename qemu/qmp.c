// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"
#include "qmp.h"

struct qmp {
	int fd;
	uint32_t wait_ms;
	char path[HQ_PATH_LEN];
	struct net_lines lines;
};

static int broken(const struct qmp *q, int code, const char *what,
		  struct hf_error *err)
{
	switch (code) {
	case -ECONNRESET:
		return hq_fail(err, code, "qmp-gone", what, q->path,
			       "see what QEMU wrote on its standard error",
			       "QEMU closed the connection");
	case -ETIMEDOUT:
		return hq_fail(err, code, "qmp-timeout", what, q->path,
			       "wait longer: --timeout",
			       "QEMU did not answer within %u ms", q->wait_ms);
	case -EPROTO:
	case -EMSGSIZE:
		return hq_fail(err, -EPROTO, "qmp-bad", what, q->path,
			       "name the socket of QEMU's -qmp",
			       "the answer is not JSON of QEMU's monitor");
	}
	return hq_fail(err, code, "qmp-io", what, q->path, "", "%s",
		       strerror(-code));
}

/* The next message that is not an event */
static int read_message(struct qmp *q, uint64_t deadline, json_t **ret)
{
	for (;;) {
		json_t *message;
		int code = net_read_json(&q->lines, q->fd, deadline, &message);

		if (code)
			return code;
		if (!json_object_get(message, "event")) {
			*ret = message;
			return 0;
		}
		json_decref(message);
	}
}

static int greet(struct qmp *q, uint64_t deadline, struct hf_error *err)
{
	json_t *greeting;
	int code = read_message(q, deadline, &greeting);

	if (code == -ETIMEDOUT)
		return hq_fail(err, -EBUSY, "qmp-busy", "connect to QEMU",
			       q->path,
			       "disconnect it, or give QEMU another -qmp",
			       "another client is connected to this monitor");
	if (code)
		return broken(q, code, "connect to QEMU", err);
	code = json_object_get(greeting, "QMP") ? 0 : -EPROTO;
	json_decref(greeting);
	if (code)
		return broken(q, code, "connect to QEMU", err);
	return qmp_call(q, "qmp_capabilities", NULL, NULL, err);
}

int qmp_open(const char *path, uint32_t connect_ms, uint32_t wait_ms,
	     struct qmp **ret, struct hf_error *err)
{
	struct qmp *q = calloc(1, sizeof(*q));
	int code;

	if (!q)
		return hq_fail(err, -ENOMEM, "no-memory", "connect to QEMU",
			       path, "", "out of memory");
	q->wait_ms = wait_ms;
	snprintf(q->path, sizeof(q->path), "%s", path);
	q->fd = net_connect(path, hq_deadline(connect_ms));
	if (q->fd < 0) {
		code = hq_fail(err, q->fd,
			       q->fd == -EACCES ? "qmp-permission" :
						  "vm-missing",
			       "connect to QEMU", path,
			       "name the socket of QEMU's -qmp, or the --name of run",
			       "%s", strerror(-q->fd));
		free(q);
		return code;
	}
	code = greet(q, hq_deadline(wait_ms), err);
	if (code)
		qmp_close(q);
	else
		*ret = q;
	return code;
}

void qmp_close(struct qmp *q)
{
	if (!q)
		return;
	close(q->fd);
	net_lines_free(&q->lines);
	free(q);
}

int qmp_pid(const struct qmp *q)
{
	return net_peer(q->fd);
}

static int answer(json_t *message, const char *command, json_t **ret,
		  struct hf_error *err)
{
	json_t *error = json_object_get(message, "error");
	json_t *value = json_object_get(message, "return");
	const char *why = json_string_value(json_object_get(error, "desc"));

	if (error)
		return hq_fail(err, -EREMOTEIO, "qmp-error", "run QMP command",
			       command, "", "%s", why ? why : "QEMU refused");
	if (!value)
		return -EPROTO;
	if (ret)
		*ret = json_incref(value);
	return 0;
}

int qmp_call(struct qmp *q, const char *command, json_t *args, json_t **ret,
	     struct hf_error *err)
{
	json_t *message = json_pack("{s:s}", "execute", command);
	uint64_t deadline = hq_deadline(q->wait_ms);
	int code = message ? 0 : -ENOMEM;

	if (!code && args)
		code = json_object_set(message, "arguments", args) ? -ENOMEM :
								      0;
	json_decref(args);
	if (!code)
		code = net_write_json(q->fd, message, deadline);
	json_decref(message);
	if (!code)
		code = read_message(q, deadline, &message);
	if (code)
		return broken(q, code, command, err);
	code = answer(message, command, ret, err);
	json_decref(message);
	return code == -EPROTO ? broken(q, code, command, err) : code;
}

int qmp_get(struct qmp *q, const char *path, const char *property,
	    json_t **ret, struct hf_error *err)
{
	return qmp_call(q, "qom-get", json_pack("{s:s,s:s}", "path", path,
						"property", property),
			ret, err);
}
