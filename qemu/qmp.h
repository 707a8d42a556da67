/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_QMP_H
#define HQ_QMP_H

#include <jansson.h>

#include "hq.h"

/* A connection to QEMU's monitor. Events are skipped. */
struct qmp;

/**
 * qmp_open - Connect to QEMU and leave its capability negotiation.
 * @path: UNIX socket.
 * @connect_ms: How long to wait until somebody listens.
 * @wait_ms: How long to wait for each answer.
 * @ret: The connection, for qmp_close().
 * @err: Filled in on failure.
 *
 * Return: 0, -ENOENT if nobody listens at @path, -EBUSY if QEMU does not greet
 *         because another client is connected, -EPROTO if it is not QEMU.
 */
int qmp_open(const char *path, uint32_t connect_ms, uint32_t wait_ms,
	     struct qmp **ret, struct hf_error *err);

void qmp_close(struct qmp *q);

/* Process at the other end */
int qmp_pid(const struct qmp *q);

/**
 * qmp_call - Run a command.
 * @q: The connection.
 * @command: Its name.
 * @args: Its arguments, or NULL. Taken.
 * @ret: What it returns, for json_decref(). Or NULL.
 * @err: Filled in on failure.
 *
 * Return: 0, -EREMOTEIO if QEMU answered with an error, -ECONNRESET if it went
 *         away, -ETIMEDOUT, -EPROTO if the answer is not one.
 */
int qmp_call(struct qmp *q, const char *command, json_t *args, json_t **ret,
	     struct hf_error *err);

/* One property of an object. -EREMOTEIO also if it has no such property. */
int qmp_get(struct qmp *q, const char *path, const char *property,
	    json_t **ret, struct hf_error *err);

#endif
