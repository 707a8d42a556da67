// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * holdfast session
 *
 * A session is there as long as somebody has its file open, so that this
 * program can neither leave one behind nor end one that others have: "create"
 * holds it, or gives it to a command; "abort" ends those that are held by
 * "create --hold", and says who holds the others.
 */
#include <errno.h>
#include <string.h>

#include "session.h"

static void doc_holders(struct cli *c, const char *name)
{
	struct hf_holders *list = cli_session_holders(c, name);
	struct hf_holder h = { .size = sizeof(h) };
	struct json *j = &c->j;

	json_array(j, "holders");
	for (uint32_t i = 0; !hf_holders_get(list, i, &h); i++) {
		json_object(j, NULL);
		json_int(j, "pid", h.pid);
		json_int(j, "fd", h.fd);
		json_string(j, "comm", h.comm);
		json_object_end(j);
	}
	json_array_end(j);
	hf_holders_free(list);
}

static void doc_session(struct cli *c, const char *key,
			const struct hf_sessions *list, uint32_t i)
{
	struct hf_sessions_item s = { .size = sizeof(s) };
	struct hf_sessions_file f = { .size = sizeof(f) };
	struct json *j = &c->j;

	hf_sessions_get(list, i, &s);
	json_object(j, key);
	json_string(j, "name", s.name);
	json_string(j, "direction", cli_direction_text(s.direction));
	json_string(j, "state", session_state_text(&s));
	doc_holders(c, s.name);
	json_array(j, "files");
	for (uint32_t n = 0; n < s.files; n++) {
		hf_sessions_get_file(list, i, n, &f);
		json_object(j, NULL);
		json_string(j, "token",
			    TEXT("0x%llx", (unsigned long long)f.token));
		json_string(j, "handler", f.handler);
		json_string(j, "state", cli_file_state_text(f.state));
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

static void say_holders(struct cli *c, const char *name, const char *lead)
{
	struct hf_holders *list = cli_session_holders(c, name);
	struct hf_holder h = { .size = sizeof(h) };

	for (uint32_t i = 0; !hf_holders_get(list, i, &h); i++)
		cli_say(c, "%s%d (%s)", i ? ", " : lead, h.pid, h.comm);
	hf_holders_free(list);
}

static void say_session(struct cli *c, const struct hf_sessions *list,
			uint32_t i, int files)
{
	struct hf_sessions_item s = { .size = sizeof(s) };
	struct hf_sessions_file f = { .size = sizeof(f) };

	hf_sessions_get(list, i, &s);
	cli_say(c, "%s: %s, %s, %u files", s.name,
		cli_direction_text(s.direction), session_state_text(&s),
		s.files);
	say_holders(c, s.name, ", held by ");
	cli_say(c, "\n");
	for (uint32_t n = 0; files && n < s.files; n++) {
		hf_sessions_get_file(list, i, n, &f);
		cli_say(c, "  0x%llx %s: %s\n", (unsigned long long)f.token,
			f.handler, cli_file_state_text(f.state));
	}
}

static int list(struct cli *c, const struct hf_sessions *l)
{
	if (c->json) {
		cli_doc_begin(c);
		json_array(&c->j, "sessions");
		for (uint32_t i = 0; i < hf_sessions_count(l); i++)
			doc_session(c, NULL, l, i);
		json_array_end(&c->j);
		cli_doc_end(c);
		return EXIT_OK;
	}
	if (!hf_sessions_count(l))
		cli_say(c, "There is no session.\n");
	for (uint32_t i = 0; i < hf_sessions_count(l); i++)
		say_session(c, l, i, c->verbose);
	return EXIT_OK;
}

static int show(struct cli *c, const struct hf_sessions *l)
{
	int i = cli_session_index(l, c->args[1], 0);

	if (i < 0)
		return cli_fail_with(c, -ESRCH, "session-not-found", "show",
				     TEXT("session %s", c->args[1]),
				     "see holdfast session list",
				     "there is no such session");
	if (c->json) {
		cli_doc_begin(c);
		doc_session(c, "session", l, i);
		cli_doc_end(c);
	} else {
		say_session(c, l, i, 1);
	}
	return EXIT_OK;
}

const char *session_state_text(const struct hf_sessions_item *s)
{
	return s->state == HF_SESSION_WAITING ? "waiting" : "open";
}

int cli_verb_session(struct cli *c)
{
	static const struct {
		const char *name;
		int args;
		int (*run)(struct cli *c, const struct hf_sessions *list);
	} actions[] = {
		{ "list", 1, list },
		{ "show", 2, show },
		{ "create", 2, session_create },
		{ "abort", 2, session_abort },
	};
	struct hf_sessions *l = NULL;
	size_t i;
	int code;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		if (!strcmp(c->args[0], actions[i].name))
			break;
	if (i == ARRAY_SIZE(actions))
		return cli_usage(c, c->args[0],
				 "not one of list, show, create and abort");
	if (c->arg_count != actions[i].args)
		return cli_usage(c, actions[i].args == 1 ? c->args[1] :
				 "NAME", actions[i].args == 1 ?
				 "there is one word too many" :
				 "not given");
	if (actions[i].run != session_create &&
	    (cli_opt(c, "hold") || c->command))
		return cli_usage(c, c->command ? "--" : "--hold",
				 "it belongs to create");
	/* Creating does not need the list, which only root can read */
	if (hf_sessions_read(c->ctx, &l, cli_err(c)) &&
	    actions[i].run != session_create)
		return cli_fail(c);
	code = actions[i].run(c, l);
	hf_sessions_free(l);
	return code;
}
