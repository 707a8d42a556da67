// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast check */
#include "check.h"

static void say(struct cli *c, const struct check *k)
{
	static const enum cli_color colors[] = {
		CLI_GREEN, CLI_YELLOW, CLI_RED,
	};

	for (uint32_t i = 0; i < k->count; i++) {
		const struct finding *f = &k->list[i];

		cli_say_color(c, colors[f->level],
			      TEXT("%-4s", check_level_text(f->level)));
		cli_say(c, "  %s: %s: %s%s%s\n", f->area, f->object, f->why,
			*f->remedy ? ": " : "", f->remedy);
	}
	if (k->counts[CHECK_BAD])
		cli_say_color(c, CLI_RED, "Not ready");
	else
		cli_say_color(c, CLI_GREEN, "Ready");
	cli_say(c, " (bad: %u, warnings: %u, ok: %u)\n", k->counts[CHECK_BAD],
		k->counts[CHECK_WARN], k->counts[CHECK_OK]);
}

static void document(struct cli *c, const struct check *k)
{
	struct json *j = &c->j;

	cli_doc_begin(c);
	json_bool(j, "ready", !k->counts[CHECK_BAD]);
	json_string_or_null(j, "release", k->release);
	json_object(j, "counts");
	for (int i = CHECK_OK; i <= CHECK_BAD; i++)
		json_int(j, check_level_text(i), k->counts[i]);
	json_object_end(j);
	json_array(j, "findings");
	for (uint32_t i = 0; i < k->count; i++) {
		const struct finding *f = &k->list[i];

		json_object(j, NULL);
		json_string(j, "level", check_level_text(f->level));
		json_string(j, "area", f->area);
		json_string(j, "id", f->id);
		json_string(j, "object", f->object);
		json_string(j, "why", f->why);
		json_string_or_null(j, "remedy", f->remedy);
		json_object_end(j);
	}
	json_array_end(j);
	cli_doc_end(c);
}

int cli_verb_check(struct cli *c)
{
	struct check k = { .now = !!cli_opt(c, "now") };
	struct cli_next next;
	int code = cli_next_get(c, &next);

	if (!code)
		code = check_run(&k, c, &next);
	if (!code) {
		if (c->json)
			document(c, &k);
		else
			say(c, &k);
		code = k.counts[CHECK_BAD] ? EXIT_FAILED : EXIT_OK;
	}
	check_free(&k);
	return code;
}
