// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast version */
#include "cli.h"

int cli_verb_version(struct cli *c)
{
	if (c->json) {
		cli_doc_begin(c);
		json_string(&c->j, "holdfast", CLI_VERSION);
		json_string(&c->j, "libholdfast", hf_version());
		cli_doc_end(c);
	} else {
		cli_say(c, "holdfast %s, libholdfast %s\n", CLI_VERSION,
			hf_version());
	}
	return EXIT_OK;
}
