// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast finish: in place of an owner that did not come */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* What was retrieved in place of the owner */
struct got {
	struct hf_restore *restore;
	int *fds;
	uint32_t count;
};

static void drop(struct got *g)
{
	hf_restore_free(g->restore);
	for (uint32_t i = 0; i < g->count; i++)
		close(g->fds[i]);
	free(g->fds);
}

/* With a manifest: as its owner would, devices to their iommufds */
static int retrieve_plan(struct cli *c, struct got *g)
{
	const struct hf_manifest *m = hf_restore_manifest(g->restore);
	struct hf_entry e = { .size = sizeof(e) };

	if (hf_restore_all(g->restore, cli_err(c)))
		return cli_fail(c);
	for (uint32_t i = 0; i < hf_manifest_count(m); i++) {
		hf_manifest_get(m, i, &e);
		if (e.kind == HF_KIND_DEVICE && e.parent != HF_NO_ENTRY &&
		    hf_restore_attach(g->restore, i, -1, NULL, cli_err(c)))
			return cli_fail(c);
	}
	return 0;
}

/* Without one the list tells the tokens */
static int retrieve_tokens(struct cli *c, const struct hf_sessions *list,
			   int index, int session, struct got *g)
{
	struct hf_sessions_item item = { .size = sizeof(item) };
	struct hf_sessions_file f = { .size = sizeof(f) };

	hf_sessions_get(list, index, &item);
	g->fds = calloc(item.files + 1, sizeof(*g->fds));
	if (!g->fds)
		return cli_fail_with(c, -ENOMEM, "no-memory", "finish",
				     "memory", "free some and try again",
				     "out of memory");
	for (uint32_t i = 0; i < item.files; i++) {
		hf_sessions_get_file(list, index, i, &f);
		if (f.state == HF_FILE_RETRIEVED)
			continue;
		if (hf_session_retrieve_fd(c->ctx, session, f.token,
					   &g->fds[g->count], cli_err(c)))
			return cli_fail(c);
		g->count++;
	}
	return 0;
}

static int finish(struct cli *c, const struct hf_sessions *list, int index,
		  const char *name, int discard)
{
	struct got g = { 0 };
	int session, code = 0;

	if (hf_session_retrieve(c->ctx, name, c->timeout_ms, &session,
				cli_err(c)))
		return cli_fail(c);
	if (!discard) {
		code = hf_restore_open(c->ctx, session, &g.restore,
				       cli_err(c));
		if (!code)
			code = retrieve_plan(c, &g);
		else if (code == -ENOENT)
			code = retrieve_tokens(c, list, index, session, &g);
		else
			code = cli_fail(c);
	}
	if (!code && hf_session_finish(c->ctx, session,
				       discard ? HF_FINISH_DISCARD : 0,
				       cli_err(c)))
		code = cli_fail(c);
	drop(&g);
	hf_session_abort(c->ctx, session, NULL);
	return code;
}

static int find(struct cli *c, const struct hf_sessions *list,
		const char *name, int *ret)
{
	struct hf_sessions_item item = { .size = sizeof(item) };
	int i = cli_session_index(list, name, HF_INCOMING);
	struct hf_holder h = { .size = sizeof(h) };
	int code;

	if (i < 0)
		return cli_fail_with(c, -ESRCH, "session-not-found", "finish",
				     TEXT("session %s", name),
				     "see holdfast session list",
				     cli_session_index(list, name,
						       HF_OUTGOING) < 0 ?
				     "there is no such session" :
				     "it goes to the next kernel: holdfast session abort ends it");
	hf_sessions_get(list, i, &item);
	if (item.state == HF_SESSION_OPEN) {
		int seen = !cli_session_holder(c, name, &h);

		code = cli_fail_with(c, -EALREADY, "session-held", "finish",
				     TEXT("session %s", name),
				     "let its owner finish it, or stop it",
				     seen ? "process %d (%s) holds it" :
				     "somebody holds it",
				     seen ? h.pid : 0,
				     seen ? h.comm : "");
		return code;
	}
	*ret = i;
	return 0;
}

static void report(struct cli *c, const struct hf_sessions *list, int index,
		   const char *name, int discard)
{
	struct hf_sessions_item item = { .size = sizeof(item) };

	hf_sessions_get(list, index, &item);
	if (c->json) {
		cli_doc_begin(c);
		json_string(&c->j, "name", name);
		json_bool(&c->j, "discarded", discard);
		json_int(&c->j, "file_count", item.files);
		cli_doc_end(c);
		return;
	}
	cli_say(c, "session %s: %s%s, %u files\n", name,
		c->dry_run ? "would be " : "",
		discard ? "discarded" : "finished", item.files);
}

int cli_verb_finish(struct cli *c)
{
	int discard = !!cli_opt(c, "discard"), index, code;
	struct hf_sessions *list;

	if (hf_session_name_check(c->args[0], cli_err(c)))
		return cli_fail(c);
	code = cli_refuse_below_root(c, "finish");
	if (code)
		return code;
	if (hf_sessions_read(c->ctx, &list, cli_err(c)))
		return cli_fail(c);
	code = find(c, list, c->args[0], &index);
	if (!code && !c->dry_run)
		code = finish(c, list, index, c->args[0], discard);
	if (!code)
		report(c, list, index, c->args[0], discard);
	hf_sessions_free(list);
	return code;
}
