// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "control.h"

/* A client that has connected and does not ask is not waited for longer */
#define ASK_MS	2000

int control_open(struct control *c, const struct vm *vm, struct hf_error *err)
{
	c->client = -1;
	memset(&c->lines, 0, sizeof(c->lines));
	c->listener = net_listen(vm->control);
	if (c->listener == -EADDRINUSE)
		return hq_fail(err, -EBUSY, "vm-held", "listen", vm->control,
			       "abort that update, or go through with it",
			       "another update holds this VM");
	if (c->listener < 0)
		return hq_fail(err, c->listener, "control", "listen",
			       vm->control, "", "%s",
			       strerror(-c->listener));
	return 0;
}

static void drop_client(struct control *c)
{
	if (c->client >= 0)
		close(c->client);
	c->client = -1;
	net_lines_free(&c->lines);
}

static enum control_word read_word(struct control *c)
{
	const char *word;
	json_t *request;
	enum control_word what = CONTROL_NONE;

	if (net_read_json(&c->lines, c->client, hq_deadline(ASK_MS),
			  &request)) {
		drop_client(c);
		return CONTROL_NONE;
	}
	word = json_string_value(json_object_get(request, "execute"));
	if (word && !strcmp(word, "wait"))
		what = CONTROL_WAIT;
	else if (word && !strcmp(word, "abort"))
		what = CONTROL_ABORT;
	json_decref(request);
	if (!what)
		drop_client(c);
	return what;
}

enum control_word control_wait(struct control *c, int signals,
			       uint32_t wait_ms)
{
	struct pollfd p[] = {
		{ .fd = c->listener, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	if (poll(p, ARRAY_SIZE(p), (int)wait_ms) <= 0 || p[1].revents)
		return CONTROL_NONE;
	drop_client(c);
	c->client = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
	return c->client < 0 ? CONTROL_NONE : read_word(c);
}

void control_answer(struct control *c, json_t *answer)
{
	if (c->client >= 0)
		net_write_json(c->client, answer, hq_deadline(ASK_MS));
	json_decref(answer);
	drop_client(c);
}

void control_close(struct control *c, const struct vm *vm)
{
	drop_client(c);
	if (c->listener < 0)
		return;
	unlink(vm->control);
	close(c->listener);
	c->listener = -1;
}

int control_ask(const struct vm *vm, const char *word, uint32_t connect_ms,
		json_t **ret, struct hf_error *err)
{
	uint64_t deadline = hq_deadline(vm->timeout_ms);
	struct net_lines lines = { 0 };
	json_t *request = json_pack("{s:s}", "execute", word);
	int fd = net_connect(vm->control, hq_deadline(connect_ms)), code = fd;

	if (fd >= 0) {
		code = net_write_json(fd, request, deadline);
		if (!code)
			code = net_read_json(&lines, fd, deadline, ret);
		net_lines_free(&lines);
		close(fd);
	}
	json_decref(request);
	if (!code)
		return 0;
	return hq_fail(err, code, fd < 0 ? "vm-not-held" : "control",
		       "ask the holder of the VM", vm->control, "", "%s",
		       code == -ENOENT || code == -ECONNREFUSED ?
		       "no update holds this VM" : strerror(-code));
}

json_t *error_to_json(const struct hf_error *err)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s}", "id", err->id,
			 "what", err->what, "object", err->object,
			 "why", err->why, "remedy", err->remedy);
}

static const char *member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

void error_from_json(const json_t *object, struct hf_error *err)
{
	hq_fail(err, -EREMOTEIO, member(object, "id"), member(object, "what"),
		member(object, "object"), member(object, "remedy"), "%s",
		member(object, "why"));
}
