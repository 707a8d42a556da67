// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast unload */
#include "cli.h"

int cli_verb_unload(struct cli *c)
{
	uint32_t loaded = 0;
	int code = cli_refuse_below_root(c, "unload");

	if (code)
		return code;
	if (hf_kexec_loaded(c->ctx, &loaded, cli_err(c)))
		return cli_fail(c);
	if (loaded && !c->dry_run) {
		if (hf_kexec_unload(c->ctx, cli_err(c)))
			return cli_fail(c);
	}
	if (!c->dry_run)
		cli_next_forget(c);
	if (c->json) {
		cli_doc_begin(c);
		json_bool(&c->j, "was_armed", loaded);
		json_bool(&c->j, "armed", loaded && c->dry_run);
		cli_doc_end(c);
		return EXIT_OK;
	}
	if (!loaded)
		cli_say(c, "No kernel is loaded.\n");
	else if (c->dry_run)
		cli_say(c, "Would unload the kernel.\n");
	else
		cli_say(c, "Unloaded: a reboot is a reboot again.\n");
	return EXIT_OK;
}
